//! The network: from the numbers of pieces to a vector. Shapes are checked once, when it is read, so that nothing can
//! fail afterwards. Must not know texts.
//!
//! Each piece has an embedding (kept in one byte a dimension, every so many rows with a scale of their own). From all of them
//! three branches look at windows of 2, 3 and 5 pieces: a projection, normed over the three together, and two convolutions,
//! each with what went in added to what came out. Embedding and branches, normed, are added up over a text, divided by the root
//! of its length and projected; four dense layers with two short cuts, the hyperbolic tangent and the length one end it.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Slice, Zip, concatenate};

use super::{
    ModelError,
    file::{Array, Values},
};

/// Pieces of a window, and how many of them stand before the piece that it is about.
const WINDOWS: [(usize, usize); 3] = [(2, 0), (3, 1), (5, 2)];
/// Most parts that the table of embeddings is kept in, and most dimensions of anything.
const MOST_PARTS: usize = 256;
const MOST_WIDTH: usize = 8_192;

/// The weights.
#[derive(Debug)]
pub(super) struct Layers {
    table: Table,
    project: Dense,
    branch_norm: Norm,
    branches: Vec<[Dense; 2]>,
    norm: Norm,
    sum: Dense,
    /// The dense layers `d0` to `d3`, and the short cuts `p1` and `p3` past the first and past the third.
    dense: [Array2<f32>; 4],
    short: [Array2<f32>; 2],
    epsilon: f32,
}

/// Embeddings in one byte a dimension: piece `n` is row `n / parts` of part `n % parts`.
#[derive(Debug)]
struct Table {
    parts: Vec<Part>,
    width: usize,
    rows: usize,
}

#[derive(Debug)]
struct Part {
    bytes: Vec<u8>,
    scale: f32,
    least: f32,
}

#[derive(Debug)]
struct Dense {
    weights: Array2<f32>,
    bias: Array1<f32>,
}

#[derive(Debug)]
struct Norm {
    gain: Array1<f32>,
    bias: Array1<f32>,
}

impl Layers {
    /// The network from its arrays.
    pub(super) fn read(arrays: BTreeMap<String, Array>) -> Result<Self, ModelError> {
        let mut arrays = Arrays(arrays);
        let table = arrays.table()?;
        let (projections, biases) = arrays.three("proj", "proj_b")?;
        let project = Dense { weights: columns(&projections)?, bias: row(&biases)? };
        let (gains, biases) = arrays.three_rows("ln_g", "ln_b")?;
        let branch_norm = Norm { gain: row(&gains)?, bias: row(&biases)? };
        let [first, second] = [arrays.three("w1_", "b1_")?, arrays.three("w2_", "b2_")?];
        let dense = |(weights, biases): (Vec<Array2<f32>>, Vec<Array1<f32>>)| {
            weights.into_iter().zip(biases).map(|(weights, bias)| Dense { weights, bias })
        };
        let branches = dense(first).zip(dense(second)).map(|(a, b)| [a, b]).collect();
        let norm = Norm { gain: arrays.vector("ln_g")?, bias: arrays.vector("ln_b")? };
        let sum = Dense { weights: arrays.matrix("cnn_W")?, bias: arrays.vector("cnn_b")? };
        let dense = [
            arrays.matrix("d0")?,
            arrays.matrix("d1")?,
            arrays.matrix("d2")?,
            arrays.matrix("d3")?,
        ];
        let short = [arrays.matrix("p1")?, arrays.matrix("p3")?];
        let epsilon = arrays.number("eps")?;
        let layers =
            Self { table, project, branch_norm, branches, norm, sum, dense, short, epsilon };
        layers.fit()?;
        Ok(layers)
    }

    /// Whether every layer takes what the one before gives.
    fn fit(&self) -> Result<(), ModelError> {
        let width = self.table.width;
        let all = self.project.weights.ncols();
        let one = all / WINDOWS.len();
        let [d0, d1, d2, d3] = &self.dense;
        let [p1, p3] = &self.short;
        let end = d3.ncols();
        let mut wanted = vec![
            ("proj", self.project.weights.dim(), (width, 3 * one)),
            ("proj_b", (1, self.project.bias.len()), (1, all)),
            ("ln_g2 to ln_g5", (1, self.branch_norm.gain.len()), (1, all)),
            ("ln_b2 to ln_b5", (1, self.branch_norm.bias.len()), (1, all)),
            ("ln_g", (1, self.norm.gain.len()), (1, width + all)),
            ("ln_b", (1, self.norm.bias.len()), (1, width + all)),
            ("cnn_W", self.sum.weights.dim(), (width + all, d0.nrows())),
            ("cnn_b", (1, self.sum.bias.len()), (1, d0.nrows())),
            ("d1", d1.dim(), (d0.ncols(), d1.ncols())),
            ("p1", p1.dim(), (d0.nrows(), d1.ncols())),
            ("d2", d2.dim(), (d1.ncols(), d2.ncols())),
            ("d3", d3.dim(), (d2.ncols(), end)),
            ("p3", p3.dim(), (d1.ncols(), end)),
        ];
        for ((window, _), layers) in WINDOWS.iter().zip(&self.branches) {
            for layer in layers {
                wanted.push(("w1 or w2", layer.weights.dim(), (window * one, one)));
                wanted.push(("b1 or b2", (1, layer.bias.len()), (1, one)));
            }
        }
        for (name, is, should) in wanted {
            if is != should {
                return Err(ModelError::new(format!(
                    "the weights `{name}` have the shape {is:?}, and {should:?} would fit the others"
                )));
            }
            if is.0 > MOST_WIDTH || is.1 > MOST_WIDTH || is.0 == 0 || is.1 == 0 {
                return Err(ModelError::new(format!(
                    "the weights `{name}` are empty or too large"
                )));
            }
        }
        Ok(())
    }

    /// Rows of the table of embeddings.
    pub(super) const fn rows(&self) -> usize {
        self.table.rows
    }

    /// How long the vectors are.
    pub(super) fn dimensions(&self) -> usize {
        let [.., last] = &self.dense;
        last.ncols()
    }

    /// The vectors of texts, given as the numbers of their pieces.
    pub(super) fn forward(&self, texts: &[Vec<u32>]) -> Vec<Vec<f32>> {
        let width = self.table.width;
        let one = self.project.weights.ncols() / WINDOWS.len();
        let ends: Vec<usize> = texts
            .iter()
            .scan(0, |end, text| {
                *end += text.len();
                Some(*end)
            })
            .collect();
        let count = ends.last().copied().unwrap_or_default();
        let mut features = Array2::<f32>::zeros((count, width + WINDOWS.len() * one));
        for (mut row, id) in features.rows_mut().into_iter().zip(texts.iter().flatten()) {
            self.table.read(*id, row.iter_mut().take(width));
        }
        let mut projected = self.project.of(&features.slice_axis(Axis(1), Slice::from(..width)));
        self.branch_norm.apply(&mut projected, self.epsilon);
        for (at, ((window, left), [first, second])) in
            WINDOWS.iter().zip(&self.branches).enumerate()
        {
            let own = projected.slice_axis(Axis(1), Slice::from(at * one..(at + 1) * one));
            let middle = relu(first.of(&windows(&own, &ends, *window, *left).view())) + own;
            let wide = windows(&middle.view(), &ends, *window, *left);
            let out = relu(second.of(&wide.view())) + &middle;
            let to = width + at * one;
            features.slice_axis_mut(Axis(1), Slice::from(to..to + one)).assign(&out);
        }
        self.norm.apply(&mut features, self.epsilon);
        // The sum is projected, not each piece: that gives the same, and is one row of work for a text.
        let mut summed = Array2::<f32>::zeros((texts.len(), features.ncols()));
        let mut start = 0;
        for (mut sum, end) in summed.rows_mut().into_iter().zip(&ends) {
            sum += &features.slice_axis(Axis(0), Slice::from(start..*end)).sum_axis(Axis(0));
            start = *end;
        }
        let mut meant = summed.dot(&self.sum.weights);
        for (mut row, text) in meant.rows_mut().into_iter().zip(texts) {
            let length = small(text.len());
            row.scaled_add(length, &self.sum.bias);
            row /= length.sqrt();
        }
        let [d0, d1, d2, d3] = &self.dense;
        let [p1, p3] = &self.short;
        let half = relu(meant.dot(p1) + relu(meant.dot(d0)).dot(d1));
        let mut out = half.dot(p3) + relu(half.dot(d2)).dot(d3);
        out.mapv_inplace(f32::tanh);
        for mut row in out.rows_mut() {
            let length = row.dot(&row).max(self.epsilon).sqrt();
            row /= length;
        }
        out.rows().into_iter().map(|row| row.to_vec()).collect()
    }
}

/// For each row the rows of its window side by side; what lies outside its text is zero.
fn windows(rows: &ArrayView2<'_, f32>, ends: &[usize], window: usize, left: usize) -> Array2<f32> {
    let width = rows.ncols();
    let mut wide = Array2::<f32>::zeros((rows.nrows(), window * width));
    let mut start = 0;
    for end in ends {
        let text = start..*end;
        for place in 0..window {
            let columns = Slice::from(place * width..(place + 1) * width);
            let mut to = wide.slice_axis_mut(Axis(1), columns);
            for at in text.clone() {
                let from = (at + place).checked_sub(left).filter(|from| text.contains(from));
                if let Some(from) = from {
                    to.row_mut(at).assign(&rows.row(from));
                }
            }
        }
        start = *end;
    }
    wide
}

fn relu(mut values: Array2<f32>) -> Array2<f32> {
    values.mapv_inplace(|value| value.max(0.0));
    values
}

#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "sizes of texts and layers are far below 2^24"
)]
const fn small(count: usize) -> f32 {
    count as f32
}

impl Table {
    fn read<'a>(&self, id: u32, to: impl Iterator<Item = &'a mut f32>) {
        let id = usize::try_from(id).unwrap_or_default();
        let Some(part) = self.parts.get(id % self.parts.len().max(1)) else { return };
        let from = id / self.parts.len().max(1) * self.width;
        let row = part.bytes.get(from..).unwrap_or_default();
        to.zip(row).for_each(|(to, byte)| *to = f32::from(*byte).mul_add(part.scale, part.least));
    }
}

impl Dense {
    fn of(&self, rows: &ArrayView2<'_, f32>) -> Array2<f32> {
        rows.dot(&self.weights) + &self.bias
    }
}

impl Norm {
    /// Each row to mean zero and variance one, then stretched and moved.
    fn apply(&self, rows: &mut Array2<f32>, epsilon: f32) {
        let width = small(rows.ncols());
        for mut row in rows.rows_mut() {
            let mean = row.sum() / width;
            row -= mean;
            let variance = row.dot(&row) / width;
            row /= (variance + epsilon).sqrt();
            Zip::from(&mut row).and(&self.gain).and(&self.bias).for_each(|value, gain, bias| {
                *value = *value * gain + bias;
            });
        }
    }
}

fn columns(parts: &[Array2<f32>]) -> Result<Array2<f32>, ModelError> {
    let views: Vec<ArrayView2<'_, f32>> = parts.iter().map(|part| part.view()).collect();
    let joined = concatenate(Axis(1), &views);
    joined.map_err(|_| {
        ModelError::new("the weights `proj2`, `proj3` and `proj5` do not fit together")
    })
}

fn row(parts: &[Array1<f32>]) -> Result<Array1<f32>, ModelError> {
    let views: Vec<ArrayView1<'_, f32>> = parts.iter().map(|part| part.view()).collect();
    concatenate(Axis(0), &views).map_err(|error| ModelError::new(error.to_string()))
}

/// Weights of the three branches, and what is added.
type Both<Weights> = (Vec<Weights>, Vec<Array1<f32>>);

/// Arrays that are taken out by name.
struct Arrays(BTreeMap<String, Array>);

impl Arrays {
    fn take(&mut self, name: &str) -> Result<Array, ModelError> {
        self.0.remove(name).ok_or_else(|| ModelError::new(format!("the weights have no `{name}`")))
    }

    fn floats(&mut self, name: &str) -> Result<(Vec<usize>, Vec<f32>), ModelError> {
        let array = self.take(name)?;
        let Values::Floats(values) = array.values else {
            return Err(ModelError::new(format!("the weights `{name}` are bytes, not numbers")));
        };
        if !values.iter().all(|value| value.is_finite()) {
            return Err(ModelError::new(format!("the weights `{name}` are not all numbers")));
        }
        Ok((array.shape, values))
    }

    fn matrix(&mut self, name: &str) -> Result<Array2<f32>, ModelError> {
        let wrong = || ModelError::new(format!("the weights `{name}` are no matrix"));
        let (shape, values) = self.floats(name)?;
        let [rows, columns] = shape.as_slice() else { return Err(wrong()) };
        Array2::from_shape_vec((*rows, *columns), values).map_err(|_| wrong())
    }

    fn vector(&mut self, name: &str) -> Result<Array1<f32>, ModelError> {
        let (shape, values) = self.floats(name)?;
        if shape.len() != 1 {
            return Err(ModelError::new(format!("the weights `{name}` are no list of numbers")));
        }
        Ok(Array1::from_vec(values))
    }

    fn number(&mut self, name: &str) -> Result<f32, ModelError> {
        match self.floats(name)?.1.as_slice() {
            [number] => Ok(*number),
            _ => Err(ModelError::new(format!("the weights `{name}` are no number"))),
        }
    }

    /// The matrices and the biases of the three branches.
    fn three(&mut self, weights: &str, bias: &str) -> Result<Both<Array2<f32>>, ModelError> {
        let mut both = (Vec::new(), Vec::new());
        for (window, _) in WINDOWS {
            both.0.push(self.matrix(&format!("{weights}{window}"))?);
            both.1.push(self.vector(&format!("{bias}{window}"))?);
        }
        Ok(both)
    }

    fn three_rows(&mut self, one: &str, other: &str) -> Result<Both<Array1<f32>>, ModelError> {
        let mut both = (Vec::new(), Vec::new());
        for (window, _) in WINDOWS {
            both.0.push(self.vector(&format!("{one}{window}"))?);
            both.1.push(self.vector(&format!("{other}{window}"))?);
        }
        Ok(both)
    }

    fn table(&mut self) -> Result<Table, ModelError> {
        let scales = self.vector("scale")?;
        let least = self.vector("lo")?;
        if scales.is_empty() || scales.len() != least.len() || scales.len() > MOST_PARTS {
            return Err(ModelError::new(format!(
                "the table of embeddings has {} scales and {} least values; both are to be one for each part, at most {MOST_PARTS}",
                scales.len(),
                least.len()
            )));
        }
        let mut parts = Vec::new();
        let mut first: Option<(usize, usize)> = None;
        for (number, (scale, least)) in (1_usize..).zip(scales.iter().zip(&least)) {
            let name = format!("q{number}");
            let Array { shape, values: Values::Bytes(bytes) } = self.take(&name)? else {
                return Err(ModelError::new(format!("the embeddings `{name}` are not bytes")));
            };
            let [rows, width] = shape.as_slice() else {
                return Err(ModelError::new(format!("the embeddings `{name}` are no matrix")));
            };
            if *first.get_or_insert((*rows, *width)) != (*rows, *width) {
                return Err(ModelError::new(format!(
                    "the embeddings `{name}` have another shape than `q1`"
                )));
            }
            parts.push(Part { bytes, scale: *scale, least: *least });
        }
        let (rows, width) = first.unwrap_or_default();
        let rows = rows.saturating_mul(parts.len());
        Ok(Table { parts, width, rows })
    }
}
