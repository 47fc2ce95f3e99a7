//! The sectors before the first table: boot sector and, on FAT32, its companions.

use super::geometry::{FATS, Geometry, SECTOR_BYTES};
use super::{FatKind, Plan};

/// The media byte of a disk that is not a floppy.
pub(super) const MEDIA: u8 = 0xf8;
/// Where FAT32 has its hint about free clusters, and the copies of both sectors.
const INFO_SECTOR: u16 = 1;
const BACKUP_SECTOR: u16 = 6;
const SIGNATURE: [u8; 2] = [0x55, 0xaa];

const SECTOR: usize = SECTOR_BYTES as usize;

/// All reserved sectors.
pub(super) fn render(plan: &Plan) -> Vec<u8> {
    let kind = plan.geometry.shape.kind;
    let mut area = vec![0; kind.reserved_sectors() as usize * SECTOR];
    let boot = boot_sector(plan);
    area[..SECTOR].copy_from_slice(&boot);
    if kind == FatKind::Fat32 {
        let info = info_sector(plan);
        let (info_at, backup_at) = (usize::from(INFO_SECTOR) * SECTOR, usize::from(BACKUP_SECTOR) * SECTOR);
        area[info_at..info_at + SECTOR].copy_from_slice(&info);
        area[backup_at..backup_at + SECTOR].copy_from_slice(&boot);
        area[backup_at + info_at..backup_at + info_at + SECTOR].copy_from_slice(&info);
    }
    area
}

fn boot_sector(plan: &Plan) -> Vec<u8> {
    let Geometry { shape, fat_sectors, .. } = plan.geometry;
    let wide = shape.kind == FatKind::Fat32;
    let sectors = plan.geometry.sectors() as u32;
    let short = |value: u32| u16::try_from(value).unwrap_or(0).to_le_bytes();

    let mut out = Vec::with_capacity(SECTOR);
    // A jump over the fields to the code.
    out.extend_from_slice(&[0xeb, if wide { 0x58 } else { 0x3c }, 0x90]);
    // The name that some old readers look for.
    out.extend_from_slice(b"MSWIN4.1");
    out.extend_from_slice(&(SECTOR_BYTES as u16).to_le_bytes());
    out.push(shape.cluster_sectors as u8);
    out.extend_from_slice(&short(shape.kind.reserved_sectors()));
    out.push(FATS as u8);
    out.extend_from_slice(&short(shape.root_sectors * (SECTOR_BYTES / super::directory::SLOT_BYTES as u32)));
    // 0 in a short field sends the reader to the long one.
    out.extend_from_slice(&if wide { [0; 2] } else { short(sectors) });
    out.push(MEDIA);
    out.extend_from_slice(&if wide { [0; 2] } else { short(fat_sectors) });
    let (track_sectors, heads) = disk_geometry(sectors);
    out.extend_from_slice(&track_sectors.to_le_bytes());
    out.extend_from_slice(&heads.to_le_bytes());
    // The hidden sectors before this one.
    out.extend_from_slice(&plan.start.to_le_bytes());
    let fits_short = !wide && sectors <= u16::MAX.into();
    out.extend_from_slice(&if fits_short { 0 } else { sectors }.to_le_bytes());
    if wide {
        out.extend_from_slice(&fat_sectors.to_le_bytes());
        // Both tables are live; version 0.0.
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&plan.directories[0].first.to_le_bytes());
        out.extend_from_slice(&INFO_SECTOR.to_le_bytes());
        out.extend_from_slice(&BACKUP_SECTOR.to_le_bytes());
        out.extend_from_slice(&[0; 12]);
    }
    // The first hard disk, clean, followed by id, label and kind.
    out.extend_from_slice(&[0x80, 0, 0x29]);
    out.extend_from_slice(&plan.volume_id.to_le_bytes());
    out.extend_from_slice(plan.label.padded());
    out.extend_from_slice(format!("{:<8}", shape.kind).as_bytes());
    // Not bootable: `int 18h` hands over to the next device, and `jmp $` waits should it come back.
    out.extend_from_slice(&[0xcd, 0x18, 0xeb, 0xfe]);
    out.resize(SECTOR - SIGNATURE.len(), 0);
    out.extend_from_slice(&SIGNATURE);
    out
}

/// How many clusters are free and where to look for the first of them.
fn info_sector(plan: &Plan) -> Vec<u8> {
    let free = plan.geometry.clusters - plan.used_clusters;
    // There is no such cluster when none is free: the field then says that nothing is known.
    let next = if free == 0 { u32::MAX } else { plan.used_clusters + super::geometry::RESERVED_ENTRIES };
    let mut out = b"RRaA".to_vec();
    out.resize(484, 0);
    out.extend_from_slice(b"rrAa");
    out.extend_from_slice(&free.to_le_bytes());
    out.extend_from_slice(&next.to_le_bytes());
    out.resize(SECTOR - SIGNATURE.len(), 0);
    out.extend_from_slice(&SIGNATURE);
    out
}

/// Sectors of a track and heads. They mean nothing on a disk without them, but mtools wants whole tracks.
fn disk_geometry(sectors: u32) -> (u16, u16) {
    let track_sectors = [63_u16, 32, 16, 8, 4, 2]
        .into_iter()
        .find(|&track| sectors.is_multiple_of(track.into()))
        .unwrap_or(1);
    (track_sectors, 64)
}
