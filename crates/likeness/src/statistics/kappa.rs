//! Agreement as Cohen and Fleiss count it, to compare with what others published. For anything new use
//! [`super::krippendorff_alpha`], which bears gaps.

/// Cohen's kappa of two people: `table[i][j]` cases were called i by the first and j by the second. None if chance
/// alone would have them agree.
///
/// Cohen, Educ. Psychol. Meas. 20:37 (1960).
///
/// ```
/// let kappa = likeness::statistics::cohen_kappa(&[vec![20, 5], vec![10, 15]]).unwrap();
/// assert!((kappa - 0.4).abs() < 1e-12);
/// ```
#[must_use]
pub fn cohen_kappa(table: &[Vec<u64>]) -> Option<f64> {
    let all: u64 = table.iter().flatten().sum();
    let (mut agreed, mut by_chance) = (0, 0.0);
    for (at, row) in table.iter().enumerate() {
        agreed += row.get(at).copied().unwrap_or(0);
        let column: u64 = table.iter().filter_map(|row| row.get(at)).sum();
        by_chance += row.iter().sum::<u64>() as f64 * column as f64;
    }
    let all = all as f64;
    beyond_chance(agreed as f64 / all, by_chance / (all * all))
}

/// Fleiss' kappa: each case as the number of people who called it 0, 1, 2...; all cases by as many people. None if
/// they are not, or if chance alone would have them agree.
///
/// Fleiss, Psychol. Bull. 76:378 (1971).
#[must_use]
pub fn fleiss_kappa(cases: &[Vec<u64>]) -> Option<f64> {
    let people: u64 = cases.first()?.iter().sum();
    if people < 2 || cases.iter().any(|case| case.iter().sum::<u64>() != people) {
        return None;
    }
    let categories = cases.iter().map(Vec::len).max()?;
    let (people, all) = (people as f64, cases.len() as f64);
    let of_pairs = |case: &Vec<u64>| -> f64 {
        let pairs = case.iter().map(|&count| count as f64 * (count as f64 - 1.0));
        pairs.sum::<f64>() / (people * (people - 1.0))
    };
    let agreed = cases.iter().map(of_pairs).sum::<f64>() / all;
    let share = |at: usize| {
        let of = cases.iter().filter_map(|case| case.get(at)).sum::<u64>();
        of as f64 / (all * people)
    };
    beyond_chance(agreed, (0..categories).map(|at| share(at).powi(2)).sum())
}

fn beyond_chance(agreed: f64, by_chance: f64) -> Option<f64> {
    (by_chance < 1.0).then(|| (agreed - by_chance) / (1.0 - by_chance))
}

#[cfg(test)]
mod tests {
    use super::{super::special::assert_six_digits, *};

    #[test]
    fn the_example_with_fourteen_people() {
        let cases: Vec<Vec<u64>> = [
            [0, 0, 0, 0, 14],
            [0, 2, 6, 4, 2],
            [0, 0, 3, 5, 6],
            [0, 3, 9, 2, 0],
            [2, 2, 8, 1, 1],
            [7, 7, 0, 0, 0],
            [3, 2, 6, 3, 0],
            [2, 5, 3, 2, 2],
            [6, 5, 2, 1, 0],
            [0, 2, 2, 3, 7],
        ]
        .map(Vec::from)
        .into();
        assert!((fleiss_kappa(&cases).unwrap() - 0.209_93).abs() < 5e-6);
    }

    #[test]
    fn cohen_1960() {
        assert_six_digits(cohen_kappa(&[vec![20, 5], vec![10, 15]]).unwrap(), 0.4);
    }

    #[test]
    fn what_has_no_answer_has_none() {
        assert_eq!((fleiss_kappa(&[]), fleiss_kappa(&[vec![1, 0]])), (None, None));
        assert_eq!(fleiss_kappa(&[vec![2, 0], vec![1, 0]]), None, "not by as many people");
        assert_eq!(fleiss_kappa(&[vec![3, 0], vec![3, 0]]), None, "all say the same");
        assert_eq!(cohen_kappa(&[vec![4]]), None);
    }
}
