//! The signed indexes of a tree's feeds.

use std::borrow::Cow;

use super::feeds::Wanted;
use super::open::Reader;
use super::{FeedOrigin, FeedPlace, ReleaseError, ReleaseWarning, seen};
use crate::fetch::{Fetched, Location};
use crate::format::{FORMATS, FeedId, Format, IndexError, Parsed};
use crate::parallel;
use crate::trust::{Signed, SignedFile, TrustError, Verified};

/// How many indexes are held before the first of them is verified.
const AT_ONCE: usize = 8;

impl Reader<'_> {
    /// The target's own index, and by its name the format of the whole tree.
    pub(super) fn core(
        &mut self,
        place: &FeedPlace,
    ) -> Result<(&'static dyn Format, Verified<Signed>), ReleaseError> {
        for format in FORMATS {
            if let Some(index) = self.indexes(format, std::slice::from_ref(place))?.swap_remove(0) {
                return Ok((format, index));
            }
        }
        let expected = FORMATS.map(|format| format.index_name()).to_vec();
        Err(ReleaseError::NoIndex { at: place.location.to_string(), expected })
    }

    pub(super) fn feeds(
        &mut self,
        format: &'static dyn Format,
        wanted: Vec<Wanted>,
    ) -> Result<Vec<(FeedPlace, Verified<Signed>)>, ReleaseError> {
        let (unlisted, wanted): (Vec<Wanted>, _) = wanted.into_iter().partition(|wanted| wanted.unlisted);
        let places: Vec<FeedPlace> = wanted.iter().map(|wanted| wanted.place.clone()).collect();
        let indexes = self.indexes(format, &places)?;
        let mut found = Vec::new();
        let mut missing = Vec::new();
        for (wanted, index) in wanted.into_iter().zip(indexes) {
            match index {
                Some(index) => found.push((wanted.place, index)),
                None if wanted.place.origin != FeedOrigin::Release => {
                    let FeedPlace { name, location, .. } = wanted.place;
                    let is_there = location.is_remote() || self.upstream.fetcher.list(&location)?.is_some();
                    let (index, format) = (format.index_name(), format.name());
                    return Err(ReleaseError::NoFeedIndex {
                        name,
                        at: location.to_string(),
                        is_there,
                        index,
                        format,
                    });
                }
                None if wanted.expected => missing.push(wanted.place.name),
                None => {}
            }
        }
        for Wanted { place, .. } in unlisted {
            match self.indexes(format, std::slice::from_ref(&place)) {
                Ok(index) => found.extend(index.into_iter().flatten().map(|index| (place.clone(), index))),
                // It is there for somebody else, as far as anything tells.
                Err(error @ (ReleaseError::Trust(_) | ReleaseError::Index { .. })) => {
                    let (at, why) = (place.location.to_string(), error.to_string());
                    self.warnings.push(ReleaseWarning::UnreadFeed { at, feed: place.name, why });
                }
                Err(error) => return Err(error),
            }
        }
        if !missing.is_empty() {
            let at = self.spec.root.to_string();
            self.warnings.push(ReleaseWarning::MissingFeeds { at, feeds: missing });
        }
        Ok(found)
    }

    /// The feeds that the user named.
    pub(super) fn custom_feeds(&self) -> Vec<Wanted> {
        let wanted = |(name, location): &(String, Location)| {
            let origin = match self.spec.preferred.contains(name) {
                true => FeedOrigin::Preferred,
                false => FeedOrigin::Custom,
            };
            let place = FeedPlace { name: name.clone(), location: location.clone(), origin };
            Wanted { place, expected: true, unlisted: false }
        };
        self.spec.extra_feeds.iter().map(wanted).collect()
    }

    /// The verified indexes of feeds, none where there is no index; a few at a time, so that a tree has to be signed
    /// before much is taken from it.
    fn indexes(
        &mut self,
        format: &'static dyn Format,
        places: &[FeedPlace],
    ) -> Result<Vec<Option<Verified<Signed>>>, ReleaseError> {
        let mut indexes = Vec::new();
        for places in places.chunks(AT_ONCE) {
            indexes.extend(self.a_few_indexes(format, places)?);
        }
        Ok(indexes)
    }

    /// An index that does not verify is fetched once more: the server may have been between its two files.
    fn a_few_indexes(
        &mut self,
        format: &'static dyn Format,
        places: &[FeedPlace],
    ) -> Result<Vec<Option<Verified<Signed>>>, ReleaseError> {
        let mut wants = Vec::new();
        for place in places {
            for file in format.facts().index_files {
                wants.push((place.location.join(file.name)?, file.cap));
            }
        }
        let per_feed = format.facts().index_files.len();
        let answers = self.upstream.fetcher.files(&wants).into_iter().collect::<Result<Vec<_>, _>>()?;
        let answers: Vec<_> = places.iter().zip(answers.chunks(per_feed)).collect();
        let size = |(_, answers): &(&FeedPlace, &[Option<Fetched>])| {
            answers.iter().flatten().map(|answer| answer.bytes.len()).sum()
        };
        let verify =
            |(place, answers): &(&FeedPlace, &[Option<Fetched>])| self.verify(format, &place.name, answers);
        let verified = parallel::map_largest_first(&answers, parallel::processors(), size, verify);
        let mut indexes = Vec::new();
        for ((verified, (place, answers)), wants) in
            verified.into_iter().zip(answers).zip(wants.chunks(per_feed))
        {
            let (index, answers) = match verified {
                Err(error) if wants[0].0.is_remote() && is_worth_a_second_look(&error) => {
                    let again = self.upstream.fetcher.refetch(wants);
                    let again = again.into_iter().collect::<Result<Vec<_>, _>>()?;
                    (self.verify(format, &place.name, &again)?, Cow::Owned(again))
                }
                verified => (verified?, Cow::Borrowed(answers)),
            };
            let first = answers.first().and_then(Option::as_ref);
            if let (Some(index), Some(document)) = (&index, first) {
                self.warnings.extend(seen::compare(self.upstream, format, document, index)?);
            }
            indexes.push(index);
        }
        Ok(indexes)
    }

    fn verify(
        &self,
        format: &'static dyn Format,
        feed: &str,
        answers: &[Option<Fetched>],
    ) -> Result<Option<Verified<Signed>>, ReleaseError> {
        let Some(Some(first)) = answers.first() else { return Ok(None) };
        let policy = self.upstream.unsigned.policy(feed);
        let at = first.location.to_string();
        let files = format.facts().index_files.iter().zip(answers);
        let files = files.filter_map(|(file, answer)| {
            Some(SignedFile { name: file.name, bytes: answer.as_ref()?.bytes.clone() })
        });
        let signed = format.open_within(files.collect(), &self.budget);
        let signed = signed.map_err(|source| ReleaseError::Index { at: at.clone(), source })?;
        Ok(Some(self.upstream.keyring.verify(signed, &at, policy)?))
    }

    /// The architecture that most packages of the core feed name.
    pub(super) fn arch_of(
        &self,
        format: &'static dyn Format,
        place: &FeedPlace,
        index: &Verified<Signed>,
    ) -> Result<String, ReleaseError> {
        let at = place.location.to_string();
        let parsed = format
            .parse(index, FeedId(0))
            .map_err(|source| ReleaseError::Index { at: at.clone(), source })?;
        native_arch(format, &parsed).map(str::to_owned).ok_or(ReleaseError::NoArch { at })
    }
}

fn is_worth_a_second_look(error: &ReleaseError) -> bool {
    matches!(
        error,
        ReleaseError::Trust(TrustError::WrongSignature { .. })
            | ReleaseError::Index { source: IndexError::Packing { .. }, .. }
    )
}

/// The architecture that most packages of an index name that are not for any.
pub(crate) fn native_arch<'i>(format: &dyn Format, parsed: &Parsed<'i>) -> Option<&'i str> {
    most_common(parsed.listed().iter().map(|package| package.arch).filter(|arch| !format.fits(arch, "")))
}

/// The text that occurs most often; of several, the one that sorts first.
pub(crate) fn most_common<'t>(texts: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let mut counts = std::collections::BTreeMap::new();
    texts.for_each(|text| *counts.entry(text).or_insert(0_usize) += 1);
    counts.into_iter().max_by_key(|&(text, count)| (count, std::cmp::Reverse(text))).map(|(text, _)| text)
}
