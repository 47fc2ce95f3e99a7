//! Package indexes and package files of both formats: what is read, what is refused, and what real tools say of what is written.

mod apk;
mod find;
mod installed;
mod ipk;
mod opkg;
mod seam;
