"""The milter is killed with -9 in the middle of 300 messages; no mail is lost, none held twice."""

import collections
import concurrent.futures
import threading

import messages
from site_case import SiteCase

SENDER = "ada@partner.example"
COUNT = 300


class Killed(SiteCase):
    def test_minus_nine_in_the_middle(self):
        answered = threading.Semaphore(0)

        def one(number):
            kind = ("clean", "held", "both", "virus")[number % 4]
            recipients = {"clean": [f"kill-{number}@inbox.example"],
                          "held": [f"kill-{number}@strict.example"],
                          "both": [f"kill-{number}@inbox.example",
                                   f"kill-{number}@strict.example"],
                          "virus": [f"kill-{number}@inbox.example"]}[kind]
            mail = messages.with_virus() if kind == "virus" else messages.letter()
            answer = self.site.send_until_answered(mail, SENDER, recipients)
            answered.release()
            return kind, recipients, answer

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            outcomes = [pool.submit(one, number) for number in range(COUNT)]
            for _ in range(2):
                for _ in range(COUNT // 3):
                    answered.acquire()
                self.lazaret.kill()
                self.lazaret.start()
            outcomes = [outcome.result() for outcome in outcomes]

        self.assertGreater(sum(answer.tries - 1 for _, _, answer in outcomes), 0,
                           "nobody had to try again: the test killed nothing")
        self.site.postfix.wait_for_empty_queue()
        delivered = collections.Counter(mail.recipient for mail in self.site.postfix.delivered()
                                        if mail.recipient.startswith("kill-"))
        held = collections.Counter(copy["recipient"] for copy in self.lazaret.held()
                                   if copy["recipient"].startswith("kill-"))
        expect_delivered, expect_held = collections.Counter(), collections.Counter()
        for kind, recipients, answer in outcomes:
            self.assertTrue(answer.refused if kind == "virus" else answer.accepted, answer)
            for recipient in recipients if kind != "virus" else ():
                strict = recipient.endswith("@strict.example")
                (expect_held if strict else expect_delivered)[recipient] += 1
        self.assertEqual(held, expect_held)
        self.assertEqual(delivered, expect_delivered)
