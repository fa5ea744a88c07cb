//! Checksums and grammars behind patterns, one a file, and the table that names them.
//!
//! A validator sees what the pattern matched, separators and all, and answers yes or no. A wrong
//! "no" is a leak: each is tested with published or generated values of two origins
//! (`tests/data/identifiers.json`), and by default a strong keyword outweighs it.

mod ar_cbu;
mod ar_cuit;
mod arith;
mod at_tin;
mod at_uid;
mod at_vnr;
mod au_abn;
mod au_acn;
mod au_ihi;
mod au_medicare;
mod au_tfn;
mod baltic_id;
mod base58;
mod base58check;
mod basic_auth;
mod be_nn;
mod be_vat;
mod bech32;
mod bg_egn;
mod bg_pnf;
mod bic;
mod br_cnh;
mod br_cnpj;
mod br_cns;
mod br_cpf;
mod br_pis;
mod br_titulo;
mod by_unp;
mod ca_bc_phn;
mod ca_bn;
mod ca_ohip;
mod ca_ramq;
mod ca_sin;
mod calendar;
mod card;
mod ch_ahv;
mod ch_uid;
mod cl_rut;
mod cn_ric;
mod cn_uscc;
mod co_nit;
mod cu_ni;
mod cusip;
mod cy_vat;
mod cz_ico;
mod cz_rc;
mod de_ausweis;
mod de_idnr;
mod de_kvnr;
mod de_rvnr;
mod de_vat;
mod dk_cpr;
mod dk_cvr;
mod ec_ci;
mod eg_nid;
mod email;
mod es_ccc;
mod es_cif;
mod es_dni;
mod es_nuss;
mod eu_eic;
mod fi_alv;
mod fi_hetu;
mod figi;
mod fr_nif;
mod fr_nir;
mod fr_siret;
mod fr_tva;
mod gb_chi;
mod gb_nhs;
mod gb_nino;
mod gb_upn;
mod gb_utr;
mod gb_vat;
mod gr_afm;
mod gr_amka;
mod has_digit;
mod hk_id;
mod hu_tax;
mod iban;
mod id_nik;
mod id_npwp;
mod ie_pps;
mod imo;
mod imsi;
mod in_aadhaar;
mod in_epic;
mod in_gstin;
mod ip;
mod ir_melli;
mod is_kt;
mod isin;
mod it_cf;
mod it_iva;
mod jp_cn;
mod jp_driver;
mod jp_mynumber;
mod kr_brn;
mod kr_rrn;
mod kw_civil;
mod kz_iin;
mod lei;
mod lk_nic;
mod lu_id;
mod lu_tva;
mod luhn;
mod lv_pk;
mod md_idno;
mod mk_edb;
mod mod_11_10;
mod mrz;
mod mt_vat;
mod mu_nid;
mod mx_clabe;
mod mx_curp;
mod mx_nss;
mod mx_rfc;
mod my_nric;
mod nl_bsn;
mod nl_btw;
mod no_fnr;
mod no_konto;
mod no_org;
mod nz_ird;
mod nz_nhi;
mod orcid;
mod password;
mod pe_cui;
mod pe_ruc;
mod person;
mod phone;
mod phone_plan;
mod pl_dowod;
mod pl_nip;
mod pl_pesel;
mod pl_regon;
mod pt_cc;
mod pt_nif;
mod pt_niss;
mod py_ruc;
mod ro_cnp;
mod ro_cui;
mod ru_inn;
mod ru_ogrn;
mod ru_snils;
mod se_org;
mod se_pnr;
mod secret;
mod seed_phrase;
mod sg_nric;
mod sg_uen;
mod si_ddv;
mod si_emso;
mod sk_dph;
mod snomed;
mod th_pin;
mod tr_tckn;
mod tr_vkn;
mod tw_nid;
mod tw_ubn;
mod ua_edrpou;
mod ua_rntrc;
mod us_aba;
mod us_dea;
mod us_ein;
mod us_itin;
mod us_mbi;
mod us_npi;
mod us_ssn;
mod uy_ci;
mod uy_rut;
mod ve_rif;
#[cfg(test)]
mod vectors;
mod vin;
mod vn_cccd;
mod vn_mst;
mod za_id;
mod za_tin;

use std::fmt;

/// A named check.
#[derive(Clone, Copy)]
pub struct Validator {
    name: &'static str,
    check: fn(&str) -> bool,
}

impl Validator {
    /// The name by which packs call it.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether `text` passes.
    pub fn accepts(&self, text: &str) -> bool {
        (self.check)(text)
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Validator({})", self.name)
    }
}

macro_rules! table {
    ($($name:literal => $check:path,)*) => {
        /// All validators, in alphabetical order.
        pub const ALL: &[Validator] = &[$(Validator { name: $name, check: $check }),*];
    };
}

table! {
    "ar-cbu" => ar_cbu::is_valid,
    "ar-cuit" => ar_cuit::is_valid,
    "assigned" => password::is_assigned,
    "at-tin" => at_tin::is_valid,
    "at-uid" => at_uid::is_valid,
    "at-vnr" => at_vnr::is_valid,
    "au-abn" => au_abn::is_valid,
    "au-acn" => au_acn::is_valid,
    "au-ihi" => au_ihi::is_valid,
    "au-medicare" => au_medicare::is_valid,
    "au-tfn" => au_tfn::is_valid,
    "baltic-id" => baltic_id::is_valid,
    "base58" => base58::is_valid,
    "base58check" => base58check::is_valid,
    "basic-auth" => basic_auth::is_valid,
    "be-nn" => be_nn::is_valid,
    "be-vat" => be_vat::is_valid,
    "bech32" => bech32::is_valid,
    "bg-egn" => bg_egn::is_valid,
    "bg-pnf" => bg_pnf::is_valid,
    "bic" => bic::is_valid,
    "br-cnh" => br_cnh::is_valid,
    "br-cnpj" => br_cnpj::is_valid,
    "br-cns" => br_cns::is_valid,
    "br-cpf" => br_cpf::is_valid,
    "br-pis" => br_pis::is_valid,
    "br-titulo" => br_titulo::is_valid,
    "by-unp" => by_unp::is_valid,
    "ca-bc-phn" => ca_bc_phn::is_valid,
    "ca-bn" => ca_bn::is_valid,
    "ca-ohip" => ca_ohip::is_valid,
    "ca-ramq" => ca_ramq::is_valid,
    "ca-sin" => ca_sin::is_valid,
    "card" => card::is_valid,
    "ch-ahv" => ch_ahv::is_valid,
    "ch-uid" => ch_uid::is_valid,
    "cl-rut" => cl_rut::is_valid,
    "cn-ric" => cn_ric::is_valid,
    "cn-uscc" => cn_uscc::is_valid,
    "co-nit" => co_nit::is_valid,
    "cu-ni" => cu_ni::is_valid,
    "cusip" => cusip::is_valid,
    "cy-vat" => cy_vat::is_valid,
    "cz-ico" => cz_ico::is_valid,
    "cz-rc" => cz_rc::is_valid,
    "date" => calendar::is_numeric,
    "date-written" => calendar::is_written,
    "de-ausweis" => de_ausweis::is_valid,
    "de-idnr" => de_idnr::is_valid,
    "de-kvnr" => de_kvnr::is_valid,
    "de-rvnr" => de_rvnr::is_valid,
    "de-vat" => de_vat::is_valid,
    "dk-cpr" => dk_cpr::is_valid,
    "dk-cvr" => dk_cvr::is_valid,
    "ec-ci" => ec_ci::is_valid,
    "eg-nid" => eg_nid::is_valid,
    "email" => email::is_valid,
    "es-ccc" => es_ccc::is_valid,
    "es-cif" => es_cif::is_valid,
    "es-dni" => es_dni::is_valid,
    "es-nuss" => es_nuss::is_valid,
    "eu-eic" => eu_eic::is_valid,
    "fi-alv" => fi_alv::is_valid,
    "fi-hetu" => fi_hetu::is_valid,
    "figi" => figi::is_valid,
    "fr-nif" => fr_nif::is_valid,
    "fr-nir" => fr_nir::is_valid,
    "fr-siret" => fr_siret::is_valid,
    "fr-tva" => fr_tva::is_valid,
    "gb-chi" => gb_chi::is_valid,
    "gb-nhs" => gb_nhs::is_valid,
    "gb-nino" => gb_nino::is_valid,
    "gb-upn" => gb_upn::is_valid,
    "gb-utr" => gb_utr::is_valid,
    "gb-vat" => gb_vat::is_valid,
    "gr-afm" => gr_afm::is_valid,
    "gr-amka" => gr_amka::is_valid,
    "has-digit" => has_digit::is_valid,
    "hk-id" => hk_id::is_valid,
    "hu-tax" => hu_tax::is_valid,
    "iban" => iban::is_valid,
    "id-nik" => id_nik::is_valid,
    "id-npwp" => id_npwp::is_valid,
    "ie-pps" => ie_pps::is_valid,
    "imo" => imo::is_valid,
    "imsi" => imsi::is_valid,
    "in-aadhaar" => in_aadhaar::is_valid,
    "in-epic" => in_epic::is_valid,
    "in-gstin" => in_gstin::is_valid,
    "ipv4" => ip::is_v4,
    "ipv6" => ip::is_v6,
    "ir-melli" => ir_melli::is_valid,
    "is-kt" => is_kt::is_valid,
    "isin" => isin::is_valid,
    "it-cf" => it_cf::is_valid,
    "it-iva" => it_iva::is_valid,
    "jp-cn" => jp_cn::is_valid,
    "jp-driver" => jp_driver::is_valid,
    "jp-mynumber" => jp_mynumber::is_valid,
    "kr-brn" => kr_brn::is_valid,
    "kr-rrn" => kr_rrn::is_valid,
    "kw-civil" => kw_civil::is_valid,
    "kz-iin" => kz_iin::is_valid,
    "lei" => lei::is_valid,
    "lk-nic" => lk_nic::is_valid,
    "lu-id" => lu_id::is_valid,
    "lu-tva" => lu_tva::is_valid,
    "luhn" => luhn::is_valid,
    "lv-pk" => lv_pk::is_valid,
    "md-idno" => md_idno::is_valid,
    "mixed-case" => secret::is_mixed_case,
    "mk-edb" => mk_edb::is_valid,
    "mod-11-10" => mod_11_10::is_valid,
    "mrz" => mrz::is_valid,
    "mt-vat" => mt_vat::is_valid,
    "mu-nid" => mu_nid::is_valid,
    "mx-clabe" => mx_clabe::is_valid,
    "mx-curp" => mx_curp::is_valid,
    "mx-nss" => mx_nss::is_valid,
    "mx-rfc" => mx_rfc::is_valid,
    "my-nric" => my_nric::is_valid,
    "nl-bsn" => nl_bsn::is_valid,
    "nl-btw" => nl_btw::is_valid,
    "no-fnr" => no_fnr::is_valid,
    "no-konto" => no_konto::is_valid,
    "no-org" => no_org::is_valid,
    "nz-ird" => nz_ird::is_valid,
    "nz-nhi" => nz_nhi::is_valid,
    "opaque" => secret::is_opaque,
    "orcid" => orcid::is_valid,
    "pe-cui" => pe_cui::is_valid,
    "pe-ruc" => pe_ruc::is_valid,
    "person" => person::is_valid,
    "person-by-ending" => person::is_surname_by_ending,
    "person-full" => person::is_full,
    "person-given" => person::is_given_alone,
    "person-given-first" => person::is_given_first,
    "person-initial" => person::is_initialled,
    "person-known" => person::is_known_full,
    "person-surname-first" => person::is_surname_first,
    "phone" => phone::is_valid,
    "phone-plan" => phone_plan::is_valid,
    "pl-dowod" => pl_dowod::is_valid,
    "pl-nip" => pl_nip::is_valid,
    "pl-pesel" => pl_pesel::is_valid,
    "pl-regon" => pl_regon::is_valid,
    "pt-cc" => pt_cc::is_valid,
    "pt-nif" => pt_nif::is_valid,
    "pt-niss" => pt_niss::is_valid,
    "py-ruc" => py_ruc::is_valid,
    "random" => secret::is_random,
    "ro-cnp" => ro_cnp::is_valid,
    "ro-cui" => ro_cui::is_valid,
    "ru-inn" => ru_inn::is_valid,
    "ru-ogrn" => ru_ogrn::is_valid,
    "ru-snils" => ru_snils::is_valid,
    "se-org" => se_org::is_valid,
    "se-pnr" => se_pnr::is_valid,
    "secret" => secret::is_mixed,
    "seed-phrase" => seed_phrase::is_valid,
    "sg-nric" => sg_nric::is_valid,
    "sg-uen" => sg_uen::is_valid,
    "si-ddv" => si_ddv::is_valid,
    "si-emso" => si_emso::is_valid,
    "sk-dph" => sk_dph::is_valid,
    "snomed" => snomed::is_valid,
    "th-pin" => th_pin::is_valid,
    "tr-tckn" => tr_tckn::is_valid,
    "tr-vkn" => tr_vkn::is_valid,
    "tw-nid" => tw_nid::is_valid,
    "tw-ubn" => tw_ubn::is_valid,
    "ua-edrpou" => ua_edrpou::is_valid,
    "ua-rntrc" => ua_rntrc::is_valid,
    "unwordly" => password::is_unwordly,
    "us-aba" => us_aba::is_valid,
    "us-dea" => us_dea::is_valid,
    "us-ein" => us_ein::is_valid,
    "us-itin" => us_itin::is_valid,
    "us-mbi" => us_mbi::is_valid,
    "us-npi" => us_npi::is_valid,
    "us-ssn" => us_ssn::is_valid,
    "uy-ci" => uy_ci::is_valid,
    "uy-rut" => uy_rut::is_valid,
    "ve-rif" => ve_rif::is_valid,
    "vin" => vin::is_valid,
    "vn-cccd" => vn_cccd::is_valid,
    "vn-mst" => vn_mst::is_valid,
    "za-id" => za_id::is_valid,
    "za-tin" => za_tin::is_valid,
}

/// The words of a list that packs call by name, in every spelling in which people write them.
pub(crate) fn word_list(name: &str) -> Option<Vec<String>> {
    let mut words = match name {
        "months" => calendar::names(),
        other => person::names(other)?,
    };
    words.sort_unstable();
    words.dedup();
    Some(words)
}

/// The validator of this name.
pub fn find(name: &str) -> Option<Validator> {
    ALL.iter().find(|validator| validator.name == name).copied()
}
