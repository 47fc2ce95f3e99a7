//! The countries that Wi-Fi has rules for.

use std::fmt;
use std::str::FromStr;

use super::WifiError;

/// Those of Linux's regulatory database (`regulatory.db`, wireless-regdb of 2026-05-30), which images of OpenWrt hold; a card
/// goes by its own rules where the database does not know the country.
const KNOWN: &str = "\
    AD AE AF AI AL AM AN AR AS AT AU AW AZ BA BB BD BE BF BG BH BL BM BN BO BR BS BT BW BY BZ CA CF CH CI \
    CL CN CO CR CU CX CY CZ DE DK DM DO DZ EC EE EG ES ET FI FM FO FR GB GD GE GF GH GI GL GP GR GT GU GY \
    HK HN HR HT HU ID IE IL IM IN IR IS IT JM JO JP KE KH KN KP KR KW KY KZ LB LC LI LK LS LT LU LV MA MC \
    MD ME MF MH MK MN MO MP MQ MR MT MU MV MW MX MY NA NG NI NL NO NP NZ OM PA PE PF PG PH PK PL PM PR PT \
    PW PY QA RE RO RS RU RW SA SE SG SI SK SM SN SR SV SX SY TC TD TG TH TN TR TT TW TZ UA UG US UY UZ VA \
    VC VE VI VN VU WF WS YE YT ZA ZW";

/// A country, in two capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country([u8; 2]);

impl FromStr for Country {
    type Err = WifiError;

    fn from_str(text: &str) -> Result<Country, WifiError> {
        let upper = text.to_ascii_uppercase();
        match upper.as_bytes() {
            [a, b] if KNOWN.split(' ').any(|known| known == upper) => Ok(Country([*a, *b])),
            _ => Err(WifiError::Country(text.to_owned())),
        }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b] = self.0.map(char::from);
        write!(out, "{a}{b}")
    }
}
