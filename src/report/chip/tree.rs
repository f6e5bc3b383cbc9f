//! Trees as rows of a table: names indented, and small branches summed up.

/// A branch of a tree, with figures that its own branches add up to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Branch<const FIGURES: usize> {
    /// What it is.
    pub name: String,
    /// How many there are; none for what is not counted.
    pub count: Option<u64>,
    /// The figures; the last decides how large the branch is.
    pub figures: [f64; FIGURES],
    /// What it is made of.
    pub branches: Vec<Branch<FIGURES>>,
}

/// Which branches are shown by themselves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    /// Levels below the roots.
    depth: usize,
    /// Least share of the whole.
    share: f64,
}

impl Cut {
    /// Nothing is cut.
    pub const ALL: Cut = Cut { depth: usize::MAX, share: 0.0 };
    /// What a page has room for: two levels below a component, and nothing below a hundredth of the chip.
    pub const LARGEST: Cut = Cut { depth: 2, share: 0.01 };

    /// All of it, or the largest.
    pub fn new(all: bool) -> Cut {
        if all { Cut::ALL } else { Cut::LARGEST }
    }
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row<const FIGURES: usize> {
    /// The name, indented.
    pub name: String,
    /// How many there are.
    pub count: Option<u64>,
    /// The figures.
    pub figures: [f64; FIGURES],
    /// Levels below the root.
    pub level: usize,
}

/// The rows of a root and of what is below it, largest first. `whole` is what shares are of.
pub(super) fn rows<const FIGURES: usize>(root: &Branch<FIGURES>, whole: f64, cut: Cut) -> Vec<Row<FIGURES>> {
    let mut found = Vec::new();
    push(root, 0, whole, cut, &mut found);
    found
}

fn size<const FIGURES: usize>(branch: &Branch<FIGURES>) -> f64 {
    branch.figures.last().copied().unwrap_or(0.0)
}

fn push<const FIGURES: usize>(
    branch: &Branch<FIGURES>,
    level: usize,
    whole: f64,
    cut: Cut,
    found: &mut Vec<Row<FIGURES>>,
) {
    let row = |name: &str, count, figures, level| Row {
        name: format!("{:1$}{name}", "", 2 * level),
        count,
        figures,
        level,
    };
    found.push(row(&branch.name, branch.count, branch.figures, level));
    if level >= cut.depth {
        return;
    }
    let all = cut.share == 0.0;
    let mut branches: Vec<&Branch<FIGURES>> =
        branch.branches.iter().filter(|branch| all || size(branch) > 0.0).collect();
    branches.sort_by(|a, b| size(b).total_cmp(&size(a)));
    // A single small branch takes no more room than the line that would sum it up.
    let shown = branches.iter().filter(|branch| size(branch) >= cut.share * whole).count();
    let shown = if branches.len() - shown == 1 { branches.len() } else { shown };
    if shown == 0 {
        return;
    }
    let (large, small) = branches.split_at(shown);
    large.iter().for_each(|branch| push(branch, level + 1, whole, cut, found));
    if !small.is_empty() {
        let sum = |index: usize| small.iter().map(|branch| branch.figures.get(index).unwrap_or(&0.0)).sum();
        let figures = std::array::from_fn(sum);
        found.push(row(&format!("({} smaller)", small.len()), None, figures, level + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(name: &str, figure: f64) -> Branch<1> {
        Branch { name: name.to_owned(), count: None, figures: [figure], branches: Vec::new() }
    }

    #[test]
    fn large_branches_come_first_and_small_ones_are_summed_up() {
        let branches = vec![leaf("a", 0.3), leaf("b", 90.0), leaf("c", 0.2), leaf("d", 9.5)];
        let root = Branch { branches, ..leaf("root", 100.0) };
        let names = |cut| rows(&root, 100.0, cut).iter().map(|row| row.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(Cut::LARGEST), ["root", "  b", "  d", "  (2 smaller)"]);
        assert_eq!(names(Cut::ALL), ["root", "  b", "  d", "  a", "  c"]);
        assert_eq!(rows(&root, 100.0, Cut::LARGEST)[3].figures, [0.5]);
    }

    #[test]
    fn depth_is_cut_with_nothing_said_since_the_branch_above_holds_it() {
        let deep = Branch { branches: vec![leaf("3", 10.0)], ..leaf("2", 10.0) };
        let deep = Branch { branches: vec![deep], ..leaf("1", 10.0) };
        let root = Branch { branches: vec![deep], ..leaf("0", 10.0) };
        assert_eq!(rows(&root, 10.0, Cut::LARGEST).len(), 3);
        assert_eq!(rows(&root, 10.0, Cut::ALL).len(), 4);
    }
}
