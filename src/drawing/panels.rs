//! Plans for several requests: a panel for what each of them brings alone, and one for what several need, in columns.

use std::collections::BTreeMap;

use super::layout::{self, Pair, Placed};

/// The space around what stands in a panel, and between panels.
const PADDING: f64 = 16.0;
/// How much wider than high the sheet is to be, about.
const SHAPE: f64 = 1.25;
/// The room for a title.
const TITLE: f64 = 26.0;

/// Everything in its place.
pub(super) struct Sheet {
    /// The boxes and edges.
    pub(super) placed: Placed,
    /// The panels; none, where there is one request at most.
    pub(super) panels: Vec<Panel>,
    /// Boxes that stand for one in another panel.
    pub(super) references: Vec<Reference>,
}

pub(super) struct Panel {
    /// Its upper left corner.
    pub(super) corner: Pair,
    pub(super) size: Pair,
    /// Whether it holds what several requests need.
    pub(super) is_shared: bool,
}

/// A box that stands for one in another panel.
pub(super) struct Reference {
    /// The box that it stands for.
    pub(super) to: usize,
    /// Its centre.
    pub(super) at: Pair,
    pub(super) size: Pair,
}

/// What stands in one panel, placed as if it were alone.
struct Part {
    members: Vec<usize>,
    /// The boxes for which references stand, which are placed after the members.
    referred: Vec<usize>,
    sizes: Vec<Pair>,
    placed: Placed,
    is_shared: bool,
}

/// Places boxes of these sizes, and links between them; the first are the requests. `reference` is the size of a box that
/// stands for another.
pub(super) fn place(
    sizes: &[Pair],
    links: &[(usize, usize)],
    requests: usize,
    reference: impl Fn(usize) -> Pair,
) -> Sheet {
    if requests < 2 {
        return Sheet { placed: layout::place(sizes, links), panels: Vec::new(), references: Vec::new() };
    }
    let owners = owners(sizes.len(), links, requests);
    let owned = (0..requests).map(Some).chain([None]);
    let parts = owned.map(|owner| Part::new(owner, &owners, sizes, links, &reference));
    let parts: Vec<Part> = parts.filter(|part| !part.members.is_empty()).collect();
    let mut sheet = Sheet {
        placed: Placed {
            size: (0.0, 0.0),
            boxes: vec![(0.0, 0.0); sizes.len()],
            frames: Vec::new(),
            edges: Vec::new(),
        },
        panels: Vec::new(),
        references: Vec::new(),
    };
    for (part, corner) in parts.iter().zip(corners(&parts)) {
        sheet.add(part, corner);
    }
    sheet
}

/// The one request that leads to each box; none, where several or none do.
fn owners(boxes: usize, links: &[(usize, usize)], requests: usize) -> Vec<Option<usize>> {
    let mut below = vec![Vec::new(); boxes];
    links.iter().for_each(|&(from, to)| below[from].push(to));
    let mut leading: Vec<Vec<usize>> = vec![Vec::new(); boxes];
    for request in 0..requests {
        let mut open = vec![request];
        while let Some(at) = open.pop() {
            if leading[at].last() != Some(&request) {
                leading[at].push(request);
                open.extend(&below[at]);
            }
        }
    }
    let only = |leading: Vec<usize>| if let [one] = leading[..] { Some(one) } else { None };
    leading.into_iter().map(only).collect()
}

/// Where the panels' corners are, in columns: the longest first, each in the first column that has room, and at the end
/// the one of what several need.
fn corners(parts: &[Part]) -> Vec<Pair> {
    let sizes: Vec<Pair> = parts.iter().map(Part::size).collect();
    let area: f64 = sizes.iter().map(|(width, height)| width * height).sum();
    let longest = sizes.iter().map(|size| size.1).fold(0.0, f64::max);
    let room = f64::max(longest, (area / SHAPE).sqrt());
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|&a, &b| {
        let own = parts[a].is_shared.cmp(&parts[b].is_shared);
        own.then(sizes[b].1.total_cmp(&sizes[a].1)).then(a.cmp(&b))
    });
    let mut columns: Vec<Vec<usize>> = Vec::new();
    let height = |column: &[usize]| column.iter().map(|&part| sizes[part].1 + PADDING).sum::<f64>();
    for part in order {
        match columns.iter_mut().find(|column| height(column) + sizes[part].1 <= room) {
            Some(column) => column.push(part),
            None => columns.push(vec![part]),
        }
    }
    let mut corners = vec![(0.0, 0.0); parts.len()];
    let mut x = 0.0;
    for column in columns {
        let mut y = 0.0;
        for &part in &column {
            corners[part] = (x, y);
            y += sizes[part].1 + PADDING;
        }
        x += column.iter().map(|&part| sizes[part].0).fold(0.0, f64::max) + PADDING;
    }
    corners
}

impl Part {
    fn new(
        owner: Option<usize>,
        owners: &[Option<usize>],
        sizes: &[Pair],
        links: &[(usize, usize)],
        reference: &impl Fn(usize) -> Pair,
    ) -> Part {
        let members: Vec<usize> = (0..owners.len()).filter(|&at| owners[at] == owner).collect();
        let mut local: BTreeMap<usize, usize> =
            members.iter().enumerate().map(|(local, &at)| (at, local)).collect();
        let mut own: Vec<Pair> = members.iter().map(|&at| sizes[at]).collect();
        let mut referred = Vec::new();
        let mut own_links = Vec::new();
        for &(from, to) in links {
            if owners[from] != owner {
                continue;
            }
            let end = *local.entry(to).or_insert_with(|| {
                referred.push(to);
                own.push(reference(to));
                own.len() - 1
            });
            own_links.push((local[&from], end));
        }
        let placed = layout::place(&own, &own_links);
        Part { members, referred, sizes: own, placed, is_shared: owner.is_none() }
    }

    fn size(&self) -> Pair {
        let title = if self.is_shared { TITLE } else { 0.0 };
        (self.placed.size.0 + 2.0 * PADDING, self.placed.size.1 + 2.0 * PADDING + title)
    }
}

impl Sheet {
    fn add(&mut self, part: &Part, corner: Pair) {
        let size = part.size();
        let title = if part.is_shared { TITLE } else { 0.0 };
        let moved = |&(x, y): &Pair| (x + corner.0 + PADDING, y + corner.1 + PADDING + title);
        let boxes: Vec<Pair> = part.placed.boxes.iter().map(moved).collect();
        part.members.iter().zip(&boxes).for_each(|(&member, &at)| self.placed.boxes[member] = at);
        let behind = part.members.len();
        let referred = part.referred.iter().zip(&boxes[behind..]).zip(&part.sizes[behind..]);
        self.references.extend(referred.map(|((&to, &at), &size)| Reference { to, at, size }));
        self.placed.frames.extend(part.placed.frames.iter().map(|(at, size)| (moved(at), *size)));
        self.placed.edges.extend(part.placed.edges.iter().map(|edge| edge.iter().map(moved).collect()));
        self.panels.push(Panel { corner, size, is_shared: part.is_shared });
        let whole = &mut self.placed.size;
        *whole = (f64::max(whole.0, corner.0 + size.0), f64::max(whole.1, corner.1 + size.1));
    }
}
