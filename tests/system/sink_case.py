"""What the tests of lazaret-report share: a site whose mail goes to a server in this process."""

import unittest

from site_case import Run
from private_site import folder as folders
from private_site.report_site import ReportSite
from private_site.sink import Sink


class SinkCase(unittest.TestCase):
    """A test on a site of its own: PostgreSQL, the programs, and `sink`, which keeps their mail."""

    settings = {}  # sections of the settings file, for all tests of the class

    def setUp(self):
        folder = folders.make_folder("system")
        self.addCleanup(folders.remove, folder)
        self.sink = Sink()
        self.addCleanup(self.sink.server_close)
        self.addCleanup(self.sink.shutdown)
        self.site = ReportSite(folder, Run.programs, self.sink.port)
        self.site.lazaret.settings.update(self.settings)
        self.site.start()
