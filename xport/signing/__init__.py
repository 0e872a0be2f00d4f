"""Who made a bundle: its evidence as a signed statement, and a signature of all its files.

What is read and compared needs no package beyond the base; signing, and checking against a key,
need the extra `sign`.

- `envelope`: a DSSE envelope, read strictly, and the bytes that its signature is of.
- `keyless`: the signature of all files that Sigstore's identities make, and holding one to an
  identity without a network.
- `keys`: key files in PEM: ECDSA on P-256, private or public.
- `model_signature`: the signature of all files in OpenSSF Model Signing's format.
- `places`: where signatures lie in a bundle, and reading them with a limit.
- `publisher`: the key that a release names before its run: read, and held to the one that signs.
- `signatures`: what a bundle's signatures claim, whether they are of its bytes, and of a key.
- `statement`: the evidence as an in-toto statement about every file of a bundle.
- `writing`: signatures made and added to a bundle.
"""
