//! The kinds of personal data that a scan of columns knows, and what each is found by.

/// Why a column is taken for personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// Its values obey a check that others hardly ever do: check digits, or a strict structure.
    Checked,
    /// Its values look like it.
    Pattern,
    /// Its name says so, and its values do not contradict.
    Name,
}

impl Evidence {
    /// The stable name used in machine output.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Checked => "checked",
            Self::Pattern => "pattern",
            Self::Name => "name",
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $id:literal $title:literal $evidence:ident),* $(,)?) => {
        /// A kind of personal data.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum PersonalKind {
            $($(#[$doc])* $variant,)*
        }

        impl PersonalKind {
            /// Every kind, the surest first.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable name used in machine output.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),* }
            }

            /// The name that a count of it is stored under.
            pub(crate) fn stored(self) -> &'static str {
                match self { $(Self::$variant => concat!("personal_", $id)),* }
            }

            /// The name for people, in the plural.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),* }
            }

            /// What it is found by.
            #[must_use]
            pub fn evidence(self) -> Evidence {
                match self { $(Self::$variant => Evidence::$evidence),* }
            }
        }
    };
}

kinds! {
    /// Addresses of e-mail.
    Email "email" "e-mail addresses" Checked,
    /// International bank account numbers.
    Iban "iban" "bank accounts (IBAN)" Checked,
    /// Numbers of payment cards.
    Card "card" "payment card numbers" Checked,
    /// Social security numbers of the United States.
    Ssn "us_ssn" "US social security numbers" Checked,
    /// Numbers of the National Health Service of the United Kingdom.
    Nhs "uk_nhs" "UK NHS numbers" Checked,
    /// Aadhaar numbers of India.
    Aadhaar "in_aadhaar" "Indian Aadhaar numbers" Checked,
    /// NIF and NIE of Spain.
    Nif "es_nif" "Spanish NIF and NIE" Checked,
    /// PESEL of Poland.
    Pesel "pl_pesel" "Polish PESEL" Checked,
    /// Codice fiscale of Italy.
    FiscalCode "it_fiscal_code" "Italian fiscal codes" Checked,
    /// CPF of Brazil.
    Cpf "br_cpf" "Brazilian CPF" Checked,
    /// Social insurance numbers of Canada.
    Sin "ca_sin" "Canadian social insurance numbers" Checked,
    /// Addresses of the Internet Protocol.
    Ip "ip_address" "IP addresses" Checked,
    /// Addresses of network interfaces.
    Mac "mac_address" "MAC addresses" Checked,
    /// Addresses of Bitcoin and its kin.
    Wallet "wallet_address" "wallet addresses (Bitcoin)" Checked,
    /// Addresses on the web with the name of a user, and mostly a password.
    UserUrl "url_with_user" "web addresses with a user" Checked,
    /// What lets somebody in: JSON web tokens, keys of well-known services, private keys.
    Secret "secret" "access tokens and keys" Checked,
    /// Addresses of e-mail within texts.
    EmailWithin "email_in_text" "e-mail addresses within texts" Pattern,
    /// Telephone numbers.
    Phone "phone" "telephone numbers" Pattern,
    /// Latitudes and longitudes of a house.
    Location "location" "exact places (latitude, longitude)" Pattern,
    /// Names of people.
    PersonName "person_name" "names of people" Name,
    /// Dates of birth.
    BirthDate "birth_date" "dates of birth" Name,
    /// Postal addresses.
    Address "address" "postal addresses" Name,
    /// Numbers of cases, files, accounts and the like, one for nearly every row.
    Identifier "identifier" "numbers that name a person, case or file" Name,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_names_of_their_own_and_the_surest_come_first() {
        let ids: std::collections::BTreeSet<&str> = PersonalKind::ALL.iter().map(|kind| kind.id()).collect();
        assert_eq!(ids.len(), PersonalKind::ALL.len());
        assert!(PersonalKind::ALL.windows(2).all(|pair| pair[0].evidence() <= pair[1].evidence()));
    }
}
