//! Directions around which many meanings lie, so that a question looks at those near it and passes over the rest.
//!
//! Spherical k-means in two levels over a sample: nothing is drawn by lot, so that the same meanings in the same order give
//! the same cells. Must not know keys, and must not decide what is near enough.

use super::Meaning;
use super::nearest::{length, product};

/// How often centres are moved to the middle of what is nearest to them.
const ROUNDS: usize = 4;
/// Vectors for each centre that is sought.
const SAMPLED: usize = 48;
/// Branches in which the nearest cell is sought.
const TRIED: usize = 2;

/// Cells, each around a direction, in branches.
#[derive(Debug, Clone, Default)]
pub(super) struct Cells {
    /// A branch's direction, and its first cell and the one after its last.
    branches: Vec<(Centre, usize, usize)>,
    centres: Vec<Centre>,
}

#[derive(Debug, Clone)]
struct Centre {
    vector: Box<[i8]>,
    length: f64,
}

impl Centre {
    fn at(vector: &[i8]) -> Self {
        Self { vector: vector.into(), length: length(vector).max(1.0) }
    }

    fn nearness(&self, to: &[i8]) -> f64 {
        f64::from(product(&self.vector, to)) / self.length
    }
}

impl Cells {
    /// Cells for vectors of `width`, laid end to end: about twice the root of how many there are.
    pub(super) fn of(vectors: &[i8], width: usize) -> Self {
        let width = width.max(1);
        let count = vectors.len() / width;
        let many = (count.isqrt() * 2).isqrt().max(1);
        let step = (count / (many * many * SAMPLED)).max(1);
        let sample: Vec<&[i8]> = vectors.chunks_exact(width).step_by(step).collect();
        let few: Vec<&[i8]> =
            sample.iter().copied().step_by((sample.len() / (many * SAMPLED)).max(1)).collect();
        let tops = centres(&few, many);
        let mut members: Vec<Vec<&[i8]>> = vec![Vec::new(); tops.len()];
        for vector in sample {
            if let Some(of) = nearest(&tops, vector).and_then(|at| members.get_mut(at)) {
                of.push(vector);
            }
        }
        let mut cells = Self::default();
        for (top, members) in tops.into_iter().zip(members) {
            let from = cells.centres.len();
            cells.centres.extend(centres(&members, many));
            if cells.centres.len() > from {
                cells.branches.push((top, from, cells.centres.len()));
            }
        }
        cells
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.centres.len()
    }

    /// In which cell a vector belongs.
    pub(super) fn home(&self, vector: &[i8]) -> usize {
        let mut tops: Vec<(f64, usize, usize)> = self
            .branches
            .iter()
            .map(|(top, from, to)| (top.nearness(vector), *from, *to))
            .collect();
        tops.sort_unstable_by(|(a, ..), (b, ..)| b.total_cmp(a));
        let tried = tops.into_iter().take(TRIED).flat_map(|(_, from, to)| {
            let centres = self.centres.get(from..to).unwrap_or_default();
            (from..to).zip(centres.iter().map(|centre| centre.nearness(vector)))
        });
        let best = tried.max_by(|(one, a), (other, b)| a.total_cmp(b).then(other.cmp(one)));
        best.map(|(at, _)| at).unwrap_or_default()
    }

    /// The `most` cells that are nearest.
    pub(super) fn near(&self, to: &[i8], most: usize) -> Vec<usize> {
        let mut all: Vec<(f64, usize)> =
            (0..).zip(&self.centres).map(|(at, centre)| (centre.nearness(to), at)).collect();
        all.sort_unstable_by(|(a, one), (b, other)| b.total_cmp(a).then(one.cmp(other)));
        all.into_iter().take(most).map(|(_, at)| at).collect()
    }
}

fn nearest(centres: &[Centre], to: &[i8]) -> Option<usize> {
    let all = centres.iter().map(|centre| centre.nearness(to)).enumerate();
    all.max_by(|(one, a), (other, b)| a.total_cmp(b).then(other.cmp(one))).map(|(at, _)| at)
}

/// Up to `many` directions around which `vectors` lie.
fn centres(vectors: &[&[i8]], many: usize) -> Vec<Centre> {
    let step = (vectors.len() / many.max(1)).max(1);
    let mut centres: Vec<Centre> =
        vectors.iter().step_by(step).take(many).map(|vector| Centre::at(vector)).collect();
    for _ in 0..ROUNDS {
        let mut sums: Vec<Vec<f32>> = vec![Vec::new(); centres.len()];
        for vector in vectors {
            let Some(sum) = nearest(&centres, vector).and_then(|at| sums.get_mut(at)) else {
                continue;
            };
            sum.resize(vector.len(), 0.0);
            sum.iter_mut().zip(*vector).for_each(|(sum, value)| *sum += f32::from(*value));
        }
        for (centre, sum) in centres.iter_mut().zip(sums) {
            if let Some(Meaning(middle)) = Meaning::of(&sum) {
                *centre = Centre::at(&middle);
            }
        }
    }
    centres
}
