#!/usr/bin/python3
"""Writes what a program is made of as SPDX 2.3: the Debian packages of the libraries it loads, and
of those whose headers it was compiled with.

    make_sbom.py PROGRAM VERSION OUTPUT

The same machine makes the same file: its time is that of SOURCE_DATE_EPOCH, or 1970.
"""

import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

# Compiled in from headers, so that the program does not load them.
COMPILED_IN = ("libboost1.81-dev", "libcli11-dev", "libfmt-dev", "libspdlog-dev",
               "nlohmann-json3-dev", "libtomlplusplus-dev", "prometheus-cpp-dev", "libpqxx-dev")


def output_of(*words):
    return subprocess.run(words, check=True, text=True, stdout=subprocess.PIPE).stdout


def loaded_by(program):
    """Packages of the shared libraries."""
    packages = set()
    for path in re.findall(r"=> (/\S+)", output_of("ldd", program)):
        # dpkg knows a file by the place it was installed to, before /lib became a link.
        real = pathlib.Path(path).resolve()
        for one in (path, str(real), str(real).removeprefix("/usr"), path.removeprefix("/usr")):
            found = subprocess.run(["dpkg-query", "-S", one], text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, check=False)
            if found.returncode == 0:
                packages.add(found.stdout.splitlines()[0].split(": ")[0].split(":")[0])
                break
        else:
            raise SystemExit(f"no package has {path}")
    return packages


def described(package):
    fields = output_of("dpkg-query", "-W", "-f", "${Version}\t${Architecture}\t${Homepage}\n",
                       package).splitlines()[0]
    version, architecture, homepage = fields.split("\t")
    return {
        "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", package),
        "name": package,
        "versionInfo": version,
        "supplier": "Organization: Debian",
        "downloadLocation": homepage or "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "externalRefs": [{
            "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
            "referenceLocator":
                f"pkg:deb/debian/{package}@{version.replace('+', '%2B')}?arch={architecture}"}],
    }


def main(program, version, output):
    loaded = loaded_by(program)
    packages = [described(one) for one in sorted(loaded)]
    compiled_in = [described(one) for one in sorted(set(COMPILED_IN) - loaded)]
    digest = hashlib.sha256(pathlib.Path(program).read_bytes()).hexdigest()
    own = {
        "SPDXID": "SPDXRef-intercom-mirror", "name": "intercom-mirror", "versionInfo": version,
        "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "checksums": [{"algorithm": "SHA256", "checksumValue": digest}],
    }
    moment = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")),
                                             datetime.timezone.utc)
    document = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"intercom-mirror-{version}",
        "documentNamespace": f"https://spdx.org/spdxdocs/intercom-mirror-{version}-{digest}",
        "creationInfo": {"created": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
                         "creators": ["Tool: make_sbom.py"]},
        "packages": [own, *packages, *compiled_in],
        "relationships": [
            {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
             "relatedSpdxElement": own["SPDXID"]},
            *({"spdxElementId": own["SPDXID"], "relationshipType": kind,
               "relatedSpdxElement": one["SPDXID"]}
              for kind, those in (("DYNAMIC_LINK", packages), ("STATIC_LINK", compiled_in))
              for one in those)],
    }
    pathlib.Path(output).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
