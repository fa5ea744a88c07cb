//! Each validator against generated values: `tests/data/identifiers.json`.

use super::find;

/// Key of the values, validator.
const PAIRS: &[(&str, &str)] = &[
    ("ae_emirates", "luhn"),
    ("ar_cbu", "ar-cbu"),
    ("ar_cuit", "ar-cuit"),
    ("at_tin", "at-tin"),
    ("at_uid", "at-uid"),
    ("at_vnr", "at-vnr"),
    ("au_abn", "au-abn"),
    ("au_acn", "au-acn"),
    ("au_ihi", "au-ihi"),
    ("au_medicare", "au-medicare"),
    ("au_tfn", "au-tfn"),
    ("be_nn", "be-nn"),
    ("be_vat", "be-vat"),
    ("bg_egn", "bg-egn"),
    ("bg_pnf", "bg-pnf"),
    ("bic", "bic"),
    ("br_cnpj", "br-cnpj"),
    ("br_cns", "br-cns"),
    ("br_cpf", "br-cpf"),
    ("br_pis", "br-pis"),
    ("btc_base58", "base58check"),
    ("btc_bech32", "bech32"),
    ("by_unp", "by-unp"),
    ("ca_bc_phn", "ca-bc-phn"),
    ("ca_bn", "luhn"),
    ("ca_ohip", "luhn"),
    ("ca_sin", "ca-sin"),
    ("ch_ssn", "ch-ahv"),
    ("ch_uid", "ch-uid"),
    ("cl_rut", "cl-rut"),
    ("cn_ric", "cn-ric"),
    ("cn_uscc", "cn-uscc"),
    ("co_nit", "co-nit"),
    ("cu_ni", "cu-ni"),
    ("cusip", "cusip"),
    ("cy_vat", "cy-vat"),
    ("cz_dic", "cz-ico"),
    ("cz_rc", "cz-rc"),
    ("de_ausweis", "de-ausweis"),
    ("de_idnr", "de-idnr"),
    ("de_kvnr", "de-kvnr"),
    ("de_rvnr", "de-rvnr"),
    ("de_vat", "de-vat"),
    ("dk_cpr", "dk-cpr"),
    ("dk_cvr", "dk-cvr"),
    ("do_cedula", "luhn"),
    ("ec_ci", "ec-ci"),
    ("ee_ik", "baltic-id"),
    ("eg_nid", "eg-nid"),
    ("es_ccc", "es-ccc"),
    ("es_cif", "es-cif"),
    ("es_dni", "es-dni"),
    ("es_nie", "es-dni"),
    ("es_nuss", "es-nuss"),
    ("eu_eic", "eu-eic"),
    ("fi_alv", "fi-alv"),
    ("fi_hetu", "fi-hetu"),
    ("figi", "figi"),
    ("fr_nif", "fr-nif"),
    ("fr_nir", "fr-nir"),
    ("fr_siren", "luhn"),
    ("fr_siret", "fr-siret"),
    ("fr_tva", "fr-tva"),
    ("gb_chi", "gb-chi"),
    ("gb_nhs", "gb-nhs"),
    ("gb_nino", "gb-nino"),
    ("gb_upn", "gb-upn"),
    ("gb_utr", "gb-utr"),
    ("gb_vat", "gb-vat"),
    ("gr_afm", "gr-afm"),
    ("gr_amka", "gr-amka"),
    ("hk_id", "hk-id"),
    ("hr_oib", "mod-11-10"),
    ("hu_adoszam", "hu-tax"),
    ("iban_multi", "iban"),
    ("id_nik", "id-nik"),
    ("id_npwp", "id-npwp"),
    ("ie_pps", "ie-pps"),
    ("il_id", "luhn"),
    ("imei", "luhn"),
    ("imo", "imo"),
    ("imsi", "imsi"),
    ("in_aadhaar", "in-aadhaar"),
    ("in_epic", "in-epic"),
    ("in_gstin", "in-gstin"),
    ("in_vid", "in-aadhaar"),
    ("ir_melli", "ir-melli"),
    ("is_kt", "is-kt"),
    ("isin", "isin"),
    ("isni", "orcid"),
    ("it_cf", "it-cf"),
    ("it_iva", "it-iva"),
    ("jp_cn", "jp-cn"),
    ("jp_driver", "jp-driver"),
    ("jp_mynumber", "jp-mynumber"),
    ("kr_frn", "kr-rrn"),
    ("kr_rrn", "kr-rrn"),
    ("kw_civil", "kw-civil"),
    ("kz_iin", "kz-iin"),
    ("lei", "lei"),
    ("lt_ak", "baltic-id"),
    ("lu_tva", "lu-tva"),
    ("luhn_pan_16", "card"),
    ("lv_pk", "lv-pk"),
    ("md_idno", "md-idno"),
    ("mk_edb", "mk-edb"),
    ("mt_vat", "mt-vat"),
    ("mu_nid", "mu-nid"),
    ("mx_clabe", "mx-clabe"),
    ("mx_curp", "mx-curp"),
    ("mx_rfc", "mx-rfc"),
    ("my_nric", "my-nric"),
    ("nl_bsn", "nl-bsn"),
    ("nl_btw", "nl-btw"),
    ("no_fnr", "no-fnr"),
    ("no_konto", "no-konto"),
    ("no_org", "no-org"),
    ("nz_ird", "nz-ird"),
    ("nz_nhi_new", "nz-nhi"),
    ("nz_nhi_old", "nz-nhi"),
    ("orcid", "orcid"),
    ("pe_cui", "pe-cui"),
    ("pe_ruc", "pe-ruc"),
    ("pl_dowod", "pl-dowod"),
    ("pl_nip", "pl-nip"),
    ("pl_pesel", "pl-pesel"),
    ("pl_regon", "pl-regon"),
    ("pt_cc", "pt-cc"),
    ("pt_nif", "pt-nif"),
    ("py_ruc", "py-ruc"),
    ("ro_cnp", "ro-cnp"),
    ("ro_cui", "ro-cui"),
    ("rs_pib", "mod-11-10"),
    ("ru_inn10", "ru-inn"),
    ("ru_inn12", "ru-inn"),
    ("ru_ogrn", "ru-ogrn"),
    ("ru_snils", "ru-snils"),
    ("sa_id", "luhn"),
    ("se_org", "se-org"),
    ("se_pnr", "se-pnr"),
    ("sg_nric", "sg-nric"),
    ("sg_uen", "sg-uen"),
    ("si_ddv", "si-ddv"),
    ("si_emso", "si-emso"),
    ("sim_iccid", "luhn"),
    ("sk_dph", "sk-dph"),
    ("th_pin", "th-pin"),
    ("tr_tckn", "tr-tckn"),
    ("tr_vkn", "tr-vkn"),
    ("tw_nid", "tw-nid"),
    ("tw_ubn", "tw-ubn"),
    ("ua_edrpou", "ua-edrpou"),
    ("ua_rntrc", "ua-rntrc"),
    ("us_aba", "us-aba"),
    ("us_dea", "us-dea"),
    ("us_ein", "us-ein"),
    ("us_itin", "us-itin"),
    ("us_mbi", "us-mbi"),
    ("us_npi", "us-npi"),
    ("us_ssn", "us-ssn"),
    ("uy_rut", "uy-rut"),
    ("ve_rif", "ve-rif"),
    ("vin", "vin"),
    ("vn_mst", "vn-mst"),
    ("za_id", "za-id"),
    ("za_tin", "za-tin"),
];

fn values() -> serde_json::Value {
    serde_json::from_str(include_str!("../../../../../tests/data/identifiers.json")).unwrap()
}

fn texts<'a>(all: &'a serde_json::Value, key: &str, list: &str) -> Vec<&'a str> {
    let list = all.get(key).and_then(|entry| entry.get(list)).and_then(|list| list.as_array());
    list.unwrap_or_else(|| panic!("{key}")).iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn accepts_valid_values_and_rejects_corrupted_ones() {
    let all = values();
    let mut wrong = Vec::new();
    for (key, name) in PAIRS {
        let validator = find(name).unwrap_or_else(|| panic!("no validator {name}"));
        for text in texts(&all, key, "valid") {
            if !validator.accepts(text) {
                wrong.push(format!("{key}: {name} rejects {text}"));
            }
        }
        for text in texts(&all, key, "invalid_last_digit_plus1") {
            if validator.accepts(text) {
                wrong.push(format!("{key}: {name} accepts {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_validator_minds_any_text() {
    for validator in super::ALL {
        for text in [
            "",
            "0",
            "-",
            "é",
            "000000000000000000000000000000000000000000000000000000000000000000000",
            "A",
            "AA",
        ] {
            validator.accepts(text);
        }
    }
}

#[test]
fn the_table_is_sorted_and_names_are_unique() {
    assert!(super::ALL.is_sorted_by(|a, b| a.name() < b.name()));
}
