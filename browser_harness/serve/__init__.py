"""The loopback server: listed files, fixed headers, nothing else.

- `answers`: what a server answers: all of a file, nothing new, or a part of it (RFC 9110).
- `assets`: the built page: which files it has and where they are.
- `engines`: the built page with another version of TF.js: its packages found, or fetched, and built
  once.
- `server`: a loopback HTTP server that knows an explicit list of files and nothing else.
"""
