"""The OpenAPI document: how it is made, and the words it says about each field and parameter."""
