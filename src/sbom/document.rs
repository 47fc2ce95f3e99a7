//! The shape of a CycloneDX 1.6 document, as far as owpkg fills it.

use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    #[serde(rename = "$schema")]
    schema: &'static str,
    bom_format: &'static str,
    spec_version: &'static str,
    version: u32,
    pub(super) metadata: Metadata,
    pub(super) components: Vec<Component>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) dependencies: Vec<Needs>,
}

#[derive(Debug, Serialize)]
pub(super) struct Metadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) timestamp: Option<String>,
    pub(super) tools: Tools,
    pub(super) component: Component,
}

#[derive(Debug, Serialize)]
pub(super) struct Tools {
    pub(super) components: Vec<Component>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    Application,
    DeviceDriver,
    File,
    Firmware,
    Library,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Component {
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(rename = "bom-ref")]
    pub(super) bom_ref: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) hashes: Vec<Hash>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    licenses: Vec<LicenseChoice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cpe: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) external_references: Vec<Reference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) properties: Vec<Property>,
}

#[derive(Debug, Serialize)]
pub(super) struct Hash {
    pub(super) alg: &'static str,
    pub(super) content: String,
}

#[derive(Debug, Serialize)]
struct LicenseChoice {
    license: License,
}

/// By its name, as upstream has it: not every one is an id of SPDX.
#[derive(Debug, Serialize)]
struct License {
    name: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Reference {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) url: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Property {
    pub(super) name: &'static str,
    pub(super) value: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Needs {
    #[serde(rename = "ref")]
    pub(super) reference: String,
    #[serde(rename = "dependsOn", skip_serializing_if = "Vec::is_empty")]
    pub(super) depends_on: Vec<String>,
}

impl Document {
    pub(super) fn new(metadata: Metadata, components: Vec<Component>, dependencies: Vec<Needs>) -> Document {
        Document {
            schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
            bom_format: "CycloneDX",
            spec_version: "1.6",
            version: 1,
            metadata,
            components,
            dependencies,
        }
    }
}

impl Component {
    /// One of which only this is known.
    pub(super) fn plain(kind: Kind, reference: &str, name: &str, version: Option<&str>) -> Component {
        Component {
            kind,
            bom_ref: reference.to_owned(),
            name: name.to_owned(),
            version: version.map(str::to_owned),
            hashes: Vec::new(),
            licenses: Vec::new(),
            cpe: None,
            external_references: Vec::new(),
            properties: Vec::new(),
        }
    }

    pub(super) fn set_license(&mut self, name: Option<String>) {
        self.licenses.extend(name.map(|name| LicenseChoice { license: License { name } }));
    }
}
