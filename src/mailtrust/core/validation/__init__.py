"""Judging: paths, names, checks, and the named strategies that profiles pick.

Every strategy is a function (or a factory, shown with its arguments, that makes one) of the type that
`core.model.client` names. An engine's quirk lives in its strategy, with its citation, and nowhere else.

PathSearch, `mailtrust.core.validation.search`:

- `search_all_paths`: every path, backtracking, best sources first. Windows, Chromium, Apple, RFC 4158.
- `search_mozilla`: the same, with at most eight certificates, names equal octet by octet, and no leaf as its anchor.
- `search_first_issuer`: OpenSSL 3: no backtracking, trusted store first, stops at an untrusted root that was sent.
- `search_gnutls`: GnuTLS 3.7: one list, sorted and cut at the first anchor, then judged as it stands.
- `search_java`: OpenJDK 17 PKIX builder: presented certificates only, backtracking, anchor is name and key.
- `search_conscrypt`: Android: any order of what was sent, bad intermediates skipped; a leaf in the store is not judged.

PathCheck sets of whole engines, `mailtrust.core.validation.engines` (tuples; add to them by `(*CHECKS_X, extra)`):

- `CHECKS_RFC5280`, `CHECKS_OPENSSL` (security level 2), `CHECKS_OPENSSL_LEVEL_1`, `CHECKS_GNUTLS`, `CHECKS_JAVA`,
  `CHECKS_CONSCRYPT`, `CHECKS_MOZILLA`, `CHECKS_CHROMIUM`, `CHECKS_APPLE`, `CHECKS_WINDOWS`.
- of standards, `mailtrust.core.validation.references`: `CHECKS_REFERENCE` (RFC 5280), `CHECKS_BASELINE` (CA/Browser
  Forum). What they demand of certificates alone is in `conformance`: `profile-violated`.

PathCheck, one by one, `mailtrust.core.validation.checks` (sets of purposes and bits are in `purposes`):

- `readable`: a needed field of a certificate could not be read: `certificate-unparsable`.
- `no_empty_names` (GnuTLS), `names_without_subject_are_critical`, `no_empty_dns_constrained` (Java),
  `constrained_dns_names_are_valid` (Mozilla): what their readers stumble over.
- `dates`: leaf and intermediates, both ends inclusive, the anchor's dates ignored (RFC 5280 6.1.3 a 2).
- `dates_with_anchor`: as `dates`, and the anchor must be in its time too.
- `dates_openssl`: as `dates_with_anchor`, but the very second of notAfter is expired already.
- `issuers_are_cas(anchor=..., version_1_anchor=..., silent_root=...)`, `issuers_are_cas_openssl`: `issuer-not-ca`.
- `issuer_key_usage(anchor=...)`: an issuer whose keyUsage lacks keyCertSign is no issuer: `issuer-not-ca`.
- `path_lengths(anchor=..., count_self_issued=...)`: `path-length-exceeded`.
- `leaf_is_no_ca`: a server certificate with CA:TRUE is refused: `leaf-is-ca`.
- `server_auth(leaf_purposes, issuers=purposes, anchor=..., empty_ok=...)`: `eku-no-server-auth`.
- `server_auth_apple`: Apple demands the extension below public roots.
- `leaf_key_usage(bits)`: a leaf's keyUsage, where present, has one of these bits: `key-usage-wrong`.
- `name_constraints(anchor=..., leaf_only=..., common_name=..., wildcards_reach=..., ...)`: RFC 5280 4.2.1.10:
  `name-constraint-violated`.
- `critical_extensions(anchor=..., also_unknown={oids})`: `critical-extension-unknown`.
- `explicit_policy`: RFC 5280 6.1 whole: a CA demands a policy and none runs through the path: `policy-violated`.
- `minimum_keys(rsa=..., ec=..., dsa=..., curves=..., algorithms=..., anchor=...)`: `key-weak`.
- `refuse_hashes({...}, public_only=...)`: `signature-weak`; an anchor's own signature is exempt.
- `lifetime_398_public`, `lifetime_apple`: `validity-too-long`.
- `transparency(issued_since)`: public roots only, embedded timestamps: `ct-missing`.
- `anchor_selected`: OpenJDK's validator takes this anchor for what it issued: `chain-incomplete`.
- `by_anchor(added=..., own=...)`: one check below added anchors, another below the client's own.
- `anchor_limits`: purposes, distrust-after and disallowed dates of the store: `anchor-distrusted`.

NameRules, `mailtrust.core.validation.names`:

A name that does not match gives one reason, the most precise of `name-mismatch`, `name-only-in-common-name`,
`name-ip-as-dns`, `name-wildcard-depth` (`NAME_CODES`).

- `names_rfc9525`: SAN only, whole left-most label wildcard. The reference.
- `names_openssl`: common name if there is no dNSName; partial wildcards; an address by iPAddress only.
- `names_postfix`: as OpenSSL without partial wildcards.
- `names_gnutls`: common name unless DNS, IP, URI or SRV names exist or there are two; `*suffix` wildcards.
- `names_java_https`: common name if no dNSName; wildcards in any label and in parts of labels.
- `names_java_ldaps`: what Angus Mail asks for: wildcards in the left-most label only.
- `names_java_off`: JavaMail before Angus 1.0: nothing is compared.
- `names_android`: OkHostnameVerifier: SAN only, addresses compared as text.
- `names_k9`: Apache HttpClient 5: common name if no dNSName; one `*` anywhere in a label.
- `names_apple`, `names_mozilla`, `names_chromium`: SAN only, each with its wildcard limits.
- `names_gecko_95`: as Mozilla's, and below an added root the common name: Firefox before 101.
- `names_windows`: SAN, or the common name when there is no SAN at all (partly recalled).
- `names_outlook_2007`: only the first DNS name of the SAN.
- `names_webpki`: as the reference, and no wildcard stands over a public suffix.
- `names_mailbox`: e-mail addresses, by rfc822Name.

HandshakeCheck, `mailtrust.core.validation.handshake`:

- `key_usage_for_key_exchange`: digitalSignature for ECDHE and TLS 1.3, keyEncipherment for RSA: `key-usage-wrong`.
- `tls_at_least("TLSv1.2")`: `tls-version-old`.
- `key_proven`: the server must hold the leaf's key: `key-not-proven`.
- `leaf_curves(curves)`: an EC leaf lies on a curve for which the client offers a signature: `key-weak`.
- `staple_when_demanded`: a must-staple leaf without a stapled answer: `must-staple-without-staple` (GnuTLS, Mozilla).

RevocationRules, `mailtrust.core.validation.staples`, `gecko_status` and `revocation`:

- `STAPLE_GNUTLS`, `STAPLE_CONSCRYPT`: the stapled OCSP answer about the leaf, and which bad ones are minded: `revoked`,
  `staple-bad`.
- `status_mozilla`, `status_mozilla_141`: the stapled answer and the fetched one; a bad one is forgiven where a good
  one is had.
- `STAPLE_REVOKED_ONLY`: Apple minds a revocation and no bad answer.
- `revocation_as_known`: every certificate, by lists and answers at hand (RFC 5280 6.3, RFC 6960); silence is let be.
- `revocation_required`: the same, and silence is `revocation-unreachable`.

StatusFetching, `mailtrust.core.validation.fetching`; a client without one hears nothing of what was fetched:

- `fetches_mozilla`: OCSP for the leaf, below an added root; `fetches_mozilla_141`: below every root.
- `fetches_whole_path`: OCSP and lists for every certificate below the anchor (Windows, where its caller wants that).

How a path that reaches no anchor ends:

- `self-signed`: the server's own certificate signs itself, and does not stand in the store.
- `anchor-unknown`: all issuers are known up to a root that does not stand in the store; fact `sent` says whether the
  client saw it. `evaluate` finds roots that nobody sent among everything known.
- `chain-incomplete`: nobody known to this client bears the issuer's name and key; facts `issuer_name`,
  `key_identifier`, `ca_issuers`, and `passed_over` for a namesake that the engine refused by its key identifier.
- `signature-invalid`: a certificate of the issuer's name did not make the signature; it completes nothing. Beside it
  there is an attempt that says what is missing, and that one is decisive unless the key identifiers agree.
- `path-budget-exceeded`: the search was given up (fails closed).

Judgement, `mailtrust.core.validation.evaluate`: `evaluate(observation, ...)` and `evaluate_chain(chain, ...)`; what a
caller asks beyond a client's own demands (purpose, policies, lengths): `demands.with_demands(client, ...)`;
what need not be asked of every leaf of an issuer: `precedents`.
"""
