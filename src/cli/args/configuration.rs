//! What the disk is to set on the router beside the packages, shared by the commands that write a disk.

use clap::{Args, ValueEnum};

use crate::cli::env::Env;
use crate::cli::error::{Exit, Failure};

use crate::lock::{Lock, LockedConfiguration};
use crate::overlay::Overlay;
use crate::resolve::{BaselineSource, IdleModules, PlanWarning, serves};
use crate::selection::Planned;
use crate::suggest::near;

/// Services of a stock image that no package of it is called like.
const STOCK_SERVICES: [&str; 17] = [
    "boot",
    "bootcount",
    "cron",
    "done",
    "fstab",
    "gpio_switch",
    "led",
    "log",
    "network",
    "packet_steering",
    "sysctl",
    "sysfixtime",
    "sysntpd",
    "system",
    "ucitrack",
    "umount",
    "wpad",
];

/// What to set on the router.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Configuration of the router")]
pub(crate) struct ConfigurationArgs {
    /// A folder of files and links that install.sh copies to the router's /, as ImageBuilder's FILES
    #[arg(long, value_name = "DIR")]
    pub(crate) files: Option<String>,
    /// A service of /etc/init.d that is not to start any more; repeat it for several
    #[arg(long, value_name = "NAME")]
    pub(crate) disable_service: Vec<String>,
    /// Which kernel modules the router goes on loading
    #[arg(long, value_enum, value_name = "WHICH")]
    pub(crate) keep_modules: Option<KeepModules>,
    /// For how many seconds the boot menu of a PC waits; 5 on a stock image, where there is one
    #[arg(long, value_name = "SECONDS")]
    pub(crate) boot_delay: Option<u16>,
}

/// Which kernel modules to go on loading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeepModules {
    /// Those of the plan, of its programs in service, of its devices, and what it boots and mounts the disk with
    Minimal,
}

impl ConfigurationArgs {
    /// Whether nothing is to be set.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_none()
            && self.disable_service.is_empty()
            && self.keep_modules.is_none()
            && self.boot_delay.is_none()
    }

    /// The files for the router.
    ///
    /// # Errors
    /// When one cannot be read or cannot be brought there.
    pub(crate) fn overlay(&self, env: &Env) -> Result<Overlay, Failure> {
        let Some(folder) = &self.files else { return Ok(Overlay::default()) };
        let at = env.path(folder);
        if !at.is_dir() {
            return Err(Failure::usage(
                format!("--files {folder}: expected a folder"),
                "name a folder that holds the files as they shall stand below the router's /: DIR/etc/config/network, …",
            ));
        }
        Ok(Overlay::read(&at)?)
    }

    /// The configuration beside a plan; adds what the user should know to the plan's warnings.
    ///
    /// # Errors
    /// When a name is none, or it is not known what the router holds.
    pub(crate) fn plan(
        &self,
        planned: &mut Planned<'_>,
        overlay: &Overlay,
    ) -> Result<Option<LockedConfiguration>, Failure> {
        let services = self.unknown_services(planned, overlay)?;
        if !services.is_empty() {
            planned.warnings.push(PlanWarning::UnknownServices { services }.into());
        }
        let mut idle = IdleModules::default();
        if self.keep_modules.is_some() {
            if planned.baseline.source == BaselineSource::DefaultPackages {
                return Err(Failure::new(
                    Exit::Unresolvable,
                    "--keep-modules: it is not known which modules the router holds: this release has no manifest",
                    Some("give the router's own list with --installed FILE".into()),
                ));
            }
            idle = IdleModules::find(&planned.plan, &planned.baseline.installed, &self.disable_service);
        }
        if !idle.unknown.is_empty() {
            planned.warnings.push(PlanWarning::UnlistedModules { packages: idle.unknown }.into());
        }
        Ok(LockedConfiguration::of(overlay, &self.disable_service, idle.packages, self.boot_delay)?)
    }

    /// The services to disable that nothing is known to bring.
    ///
    /// # Errors
    /// When one is called like one that there is: it is mistyped.
    fn unknown_services(&self, planned: &Planned<'_>, overlay: &Overlay) -> Result<Vec<String>, Failure> {
        let installed = planned.baseline.installed.iter().map(|(name, _)| name);
        let added = planned.plan.steps.iter().map(|step| planned.plan.package(step).name);
        let own = overlay.iter().filter_map(|(path, _)| path.strip_prefix("etc/init.d/"));
        let known: Vec<&str> = STOCK_SERVICES.into_iter().chain(installed).chain(added).chain(own).collect();
        let is_known = |name: &str| known.iter().any(|package| *package == name || serves(package, name));
        let unknown: Vec<String> =
            self.disable_service.iter().filter(|name| !is_known(name)).cloned().collect();
        for name in &unknown {
            let programs = known.iter().copied().filter(|known| !known.starts_with("kmod-"));
            let near = near(name, programs);
            if !near.is_empty() {
                return Err(Failure::new(
                    Exit::Unknown,
                    format!("--disable-service {name}: no service of that name is known"),
                    Some(format!("did you mean {}?", near.join(", "))),
                ));
            }
        }
        Ok(unknown)
    }

    /// A lock that was read, with this configuration; one that has its own must be given the same.
    ///
    /// # Errors
    /// When a name is none, when the lock's own configuration is another, or for what a lock does not tell.
    pub(crate) fn join(&self, lock: Lock, overlay: &Overlay) -> Result<Lock, Failure> {
        let given = LockedConfiguration::of(overlay, &self.disable_service, Vec::new(), self.boot_delay)?;
        let Some(own) = &lock.configuration else {
            return match self.keep_modules {
                None => Ok(lock.configured(given)),
                Some(_) => Err(Failure::usage(
                    "--keep-modules needs to know what the router holds, and a lock does not tell",
                    "name what to install as well (--chip, --add, …) instead of using the lock",
                )),
            };
        };
        own.check_files(overlay)?;
        let given = given.unwrap_or_default();
        let others = (!given.disable_services.is_empty() && given.disable_services != own.disable_services)
            || (given.boot_delay.is_some() && given.boot_delay != own.boot_delay);
        if others || (self.keep_modules.is_some() && own.idle_modules.is_empty()) {
            return Err(Failure::usage(
                "the lock records another configuration of services, modules and the boot menu",
                "leave --disable-service, --keep-modules and --boot-delay out to take the lock's, or make the disk from the selection",
            ));
        }
        Ok(lock)
    }
}
