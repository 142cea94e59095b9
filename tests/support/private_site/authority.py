"""A certificate authority of a test, and what it says of servers."""

import subprocess


class Authority:
    """In a folder of its own: `file` is what clients believe."""

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "authority.pem"

    def create(self):
        self.folder.mkdir()
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                      "-nodes", "-days", "2", "-subj", "/CN=Authority of a test",
                      "-keyout", self.folder / "authority.key", "-out", self.file)
        return self

    def certify(self, name, host):
        """The files of a certificate for a host (`DNS:name` or `IP:address`), and of its key."""
        key, request, certificate, names = (self.folder / f"{name}.{end}"
                                            for end in ("key", "csr", "pem", "names"))
        names.write_text(f"subjectAltName = {host}\n")
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-subj", f"/CN=Server {name}", "-keyout", key, "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey",
                      self.folder / "authority.key", "-CAcreateserial", "-days", "2",
                      "-extfile", names, "-out", certificate)
        return certificate, key

    @staticmethod
    def _openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True)
