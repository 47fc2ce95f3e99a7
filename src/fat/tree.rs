//! The directories that the paths imply, with every name settled.

use std::collections::HashMap;

use super::directory::{DOT_SLOTS, LABEL_SLOTS, MAX_SLOTS, slots_of};
use super::short_names::{self, ShortName};
use super::{FatError, FileSize, names};

/// The root is the first of the directories, and a directory comes after its parent.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub(super) directories: Vec<Directory>,
}

#[derive(Clone, Debug)]
pub(super) struct Directory {
    /// Index of the parent; the root is its own.
    pub(super) parent: usize,
    pub(super) children: Vec<Child>,
    /// The 32-byte slots that it fills.
    pub(super) slots: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Child {
    pub(super) name: String,
    pub(super) short: ShortName,
    pub(super) node: Node,
}

/// What a name stands for, by index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Directory(usize),
    File(usize),
}

impl Tree {
    /// Directories and files stand in their directory in the order in which the entries name them.
    pub(super) fn new(entries: &[FileSize<'_>]) -> Result<Self, FatError> {
        let mut builder = Builder { directories: vec![Directory::below(0)], known: HashMap::new() };
        for (index, entry) in entries.iter().enumerate() {
            builder.insert(index, entry.path)?;
        }
        let mut tree = Self { directories: builder.directories };
        for index in 0..tree.directories.len() {
            tree.settle(index)?;
        }
        Ok(tree)
    }

    /// Counts the slots of a directory and gives its children their short names.
    fn settle(&mut self, index: usize) -> Result<(), FatError> {
        let directory = &mut self.directories[index];
        let own = if index == 0 { LABEL_SLOTS } else { DOT_SLOTS };
        let slots = own + directory.children.iter().map(|child| slots_of(&child.name)).sum::<usize>();
        directory.slots = slots;
        let shorts = if slots > MAX_SLOTS {
            None
        } else {
            short_names::assign(directory.children.iter().map(|child| child.name.as_str()))
        };
        let Some(shorts) = shorts else {
            return Err(FatError::DirectoryTooLarge { path: self.path_of(index), slots, limit: MAX_SLOTS });
        };
        for (child, short) in directory.children.iter_mut().zip(shorts) {
            child.short = short;
        }
        Ok(())
    }

    fn path_of(&self, mut index: usize) -> String {
        let mut parts = Vec::new();
        while index != 0 {
            let parent = self.directories[index].parent;
            let own = self.directories[parent].children.iter().find(|c| c.node == Node::Directory(index));
            parts.extend(own.map(|child| child.name.as_str()));
            index = parent;
        }
        parts.reverse();
        parts.join("/")
    }
}

impl Directory {
    fn below(parent: usize) -> Self {
        Self { parent, children: Vec::new(), slots: 0 }
    }
}

struct Builder {
    directories: Vec<Directory>,
    /// The place of a child in its directory, by directory and name without case.
    known: HashMap<(usize, String), usize>,
}

impl Builder {
    fn insert(&mut self, file: usize, path: &str) -> Result<(), FatError> {
        let (parents, name) = match path.rsplit_once('/') {
            Some((parents, name)) => (Some(parents), name),
            None => (None, path),
        };
        let mut at = 0;
        for part in parents.into_iter().flat_map(|parents| parents.split('/')) {
            at = match self.find(at, part, path)? {
                Some(Child { name, node: Node::Directory(index), .. }) if name == part => *index,
                Some(other) => return Err(clash(path, part, other)),
                None => {
                    let index = self.directories.len();
                    self.directories.push(Directory::below(at));
                    self.add(at, part, Node::Directory(index));
                    index
                }
            };
        }
        if let Some(other) = self.find(at, name, path)? {
            return Err(clash(path, name, other));
        }
        self.add(at, name, Node::File(file));
        Ok(())
    }

    /// The child of a directory that has this name, but for case.
    fn find(&self, directory: usize, name: &str, path: &str) -> Result<Option<&Child>, FatError> {
        names::check(name).map_err(|fault| FatError::Name {
            path: path.to_owned(),
            name: name.to_owned(),
            fault,
        })?;
        let place = self.known.get(&(directory, names::fold(name)));
        Ok(place.map(|&place| &self.directories[directory].children[place]))
    }

    fn add(&mut self, directory: usize, name: &str, node: Node) {
        let children = &mut self.directories[directory].children;
        self.known.insert((directory, names::fold(name)), children.len());
        children.push(Child { name: name.to_owned(), short: ShortName::default(), node });
    }
}

fn clash(path: &str, name: &str, other: &Child) -> FatError {
    FatError::SameName { path: path.to_owned(), name: name.to_owned(), other: other.name.clone() }
}
