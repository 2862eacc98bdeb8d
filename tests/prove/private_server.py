"""A PostgreSQL server of a point's own, for those that stop it."""

import os
import pathlib
import shutil
import subprocess
import tempfile

PROGRAMS = pathlib.Path("/usr/lib/postgresql/15/bin")


class PrivateServer:
    """Listens on a Unix socket only, as user postgres if need be: PostgreSQL refuses root."""

    def __enter__(self):
        # The path of a socket may have 107 bytes, so it lies near the root.
        self.directory = tempfile.mkdtemp(prefix="prove-", dir="/tmp")
        if os.geteuid() == 0:
            shutil.chown(self.directory, "postgres", "postgres")
        try:
            self.run("initdb", "-D", f"{self.directory}/data", "-U", "postgres", "-A", "trust",
                     "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
            self.start()
        except BaseException:
            self.__exit__()
            raise
        self.dsn = f"host={self.directory} user=postgres dbname=postgres"
        return self

    def __exit__(self, *_):
        if os.path.exists(f"{self.directory}/data/postmaster.pid"):
            self.stop("fast")
        shutil.rmtree(self.directory)

    def run(self, program, *arguments):
        command = [str(PROGRAMS / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL,
                       stdin=subprocess.DEVNULL)

    def start(self):
        options = (f"-c listen_addresses= -c unix_socket_directories={self.directory}"
                   " -c fsync=off -c max_connections=50")
        self.run("pg_ctl", "-D", f"{self.directory}/data", "-l", f"{self.directory}/log", "-w",
                 "-s", "-o", options, "start")

    def stop(self, how):
        self.run("pg_ctl", "-D", f"{self.directory}/data", "-m", how, "-w", "-s", "stop")
