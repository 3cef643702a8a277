/* SPDX-License-Identifier: Apache-2.0 */
/* The pool's own CA and server certificate; see tls.h. P-256 keys: quick to make and to use. */
#include "tls.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bytes.h"

#define LIFE_DAYS 30

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool ok = e != NULL && X509_add_ext(cert, e, -1) == 1;
    X509_EXTENSION_free(e);
    return ok;
}

static X509 *new_cert(EVP_PKEY *key, const char *common_name, X509 *issuer)
{
    uint8_t serial[8];
    X509 *cert = X509_new();
    bytes_random(serial, sizeof serial);
    serial[0] = (uint8_t)((serial[0] & 0x7f) | 1);
    BIGNUM *n = BN_bin2bn(serial, sizeof serial, NULL);
    ASN1_INTEGER *number = BN_to_ASN1_INTEGER(n, NULL);
    X509_set_version(cert, X509_VERSION_3);
    X509_set_serialNumber(cert, number);
    /* A day of slack: the machines of a test may have shifted clocks. */
    X509_time_adj_ex(X509_getm_notBefore(cert), -1, 0, NULL);
    X509_time_adj_ex(X509_getm_notAfter(cert), LIFE_DAYS, 0, NULL);
    X509_set_pubkey(cert, key);
    X509_NAME *name = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1,
                               -1, 0);
    X509_set_issuer_name(cert, issuer == NULL ? name : X509_get_subject_name(issuer));
    ASN1_INTEGER_free(number);
    BN_free(n);
    return cert;
}

static char *bio_text(BIO *b)
{
    char *p = NULL;
    long n = BIO_get_mem_data(b, &p);
    char *text = bytes_format("%.*s", (int)n, p);
    BIO_free(b);
    return text;
}

static char *cert_text(X509 *cert)
{
    BIO *b = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(b, cert);
    return bio_text(b);
}

static char *key_text(EVP_PKEY *key)
{
    BIO *b = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(b, key, NULL, NULL, 0, NULL, NULL);
    return bio_text(b);
}

bool tls_make(const char *names, struct tls_files *ret_files)
{
    bool ok = false;
    EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
    X509 *ca = new_cert(ca_key, "cognito-pool test CA", NULL);
    X509 *cert = new_cert(key, "cognito-pool", ca);
    if (add_extension(ca, ca, NID_basic_constraints, "critical,CA:TRUE") &&
        add_extension(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign") &&
        add_extension(ca, ca, NID_subject_key_identifier, "hash") &&
        X509_sign(ca, ca_key, EVP_sha256()) > 0 &&
        add_extension(cert, ca, NID_basic_constraints, "critical,CA:FALSE") &&
        add_extension(cert, ca, NID_key_usage, "critical,digitalSignature") &&
        add_extension(cert, ca, NID_ext_key_usage, "serverAuth") &&
        add_extension(cert, ca, NID_authority_key_identifier, "keyid") &&
        add_extension(cert, ca, NID_subject_alt_name, names) &&
        X509_sign(cert, ca_key, EVP_sha256()) > 0) {
        *ret_files = (struct tls_files){ cert_text(ca), cert_text(cert), key_text(key) };
        ok = true;
    } else {
        ERR_print_errors_fp(stderr);
    }
    X509_free(ca);
    X509_free(cert);
    EVP_PKEY_free(ca_key);
    EVP_PKEY_free(key);
    return ok;
}

void tls_free(struct tls_files *f)
{
    free(f->ca_pem);
    free(f->cert_pem);
    free(f->key_pem);
    *f = (struct tls_files){ 0 };
}
