//! One sentence about several groups: is it met with a measure as often whichever group it names?

use super::special::chi_squared_tail;

/// Cochran's test that all groups are treated alike, over sets that have every group once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CochranQ {
    /// The test statistic, χ² with `freedom` degrees.
    pub statistic: f64,
    /// Groups less one.
    pub freedom: u64,
    /// Small: not all groups are treated alike.
    pub p: f64,
    /// Sets in which the groups were treated differently; the others tell nothing.
    pub unlike: u64,
}

/// Q = (k − 1)(k Σ Cⱼ² − N²)/(kN − Σ Rᵢ²): Cⱼ measures against group j, Rᵢ in set i, N in all, k groups. None where no set
/// tells anything, for fewer than two groups, or if a set has not every group.
///
/// Cochran, Biometrika 37:256 (1950). For two groups it is McNemar's test without correction.
///
/// ```
/// // 20 pairs in which only the first was met with a measure, 5 in which only the second was.
/// let sets = [vec![vec![true, false]; 20], vec![vec![false, true]; 5], vec![vec![true, true]; 9]].concat();
/// let found = likeness::statistics::cochran_q(&sets).unwrap();
/// assert!((found.statistic - (20.0 - 5.0f64).powi(2) / 25.0).abs() < 1e-12);
/// assert_eq!((found.freedom, found.unlike), (1, 25));
/// ```
#[must_use]
pub fn cochran_q(sets: &[Vec<bool>]) -> Option<CochranQ> {
    let groups = sets.first()?.len();
    let freedom = u64::try_from(groups).ok()?.checked_sub(1).filter(|freedom| *freedom > 0)?;
    if sets.iter().any(|set| set.len() != groups) {
        return None;
    }
    let count = |set: &Vec<bool>| set.iter().filter(|measured| **measured).count();
    let mut columns = vec![0u64; groups];
    for set in sets {
        columns.iter_mut().zip(set).for_each(|(column, hit)| *column += u64::from(*hit));
    }
    let k = groups as f64;
    let all: f64 = columns.iter().map(|column| *column as f64).sum();
    let by_column: f64 = columns.iter().map(|column| (*column as f64).powi(2)).sum();
    let by_set: f64 = sets.iter().map(|set| (count(set) as f64).powi(2)).sum();
    let below = k * all - by_set;
    let statistic = (below > 0.0).then(|| (k - 1.0) * (k * by_column - all * all) / below)?;
    let unlike = sets.iter().filter(|set| (1..groups).contains(&count(set))).count() as u64;
    Some(CochranQ { statistic, freedom, p: chi_squared_tail(statistic, freedom as f64), unlike })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_nothing_has_no_answer() {
        assert_eq!(cochran_q(&[]), None);
        assert_eq!(cochran_q(&[vec![true], vec![false]]), None, "one group");
        assert_eq!(cochran_q(&[vec![true, true], vec![false, false]]), None, "all alike");
        assert_eq!(cochran_q(&[vec![true, false], vec![true]]), None, "a group is missing");
    }

    #[test]
    fn three_groups_by_hand() {
        // Columns 4, 2, 1 of five sets; rows 3, 1, 1, 2, 0: 2(3·21 − 49)/(21 − 15).
        let sets = [[1, 1, 1], [1, 0, 0], [1, 0, 0], [1, 1, 0], [0, 0, 0]];
        let sets: Vec<Vec<bool>> =
            sets.iter().map(|set| set.iter().map(|n| *n == 1).collect()).collect();
        let found = cochran_q(&sets).unwrap();
        assert!((found.statistic - 28.0 / 6.0).abs() < 1e-12);
        assert!((found.p - (-28.0f64 / 12.0).exp()).abs() < 1e-9, "{found:?}");
        assert_eq!(found.unlike, 3);
    }
}
