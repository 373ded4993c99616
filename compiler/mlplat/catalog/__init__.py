"""What versions there are, what kinds they serve, and what these kinds look like.

`releases` and `versions` say which component versions an environment has, `lookup` gives the kinds they serve, `node`
walks their schemas, `structural` judges an object by them (and is the only module here that loads jsonschema-rs).
"""
