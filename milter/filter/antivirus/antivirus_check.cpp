#include "base/log.hpp"
#include "milter/filter/antivirus/scanner.hpp"
#include "milter/filter/own_hits.hpp"

namespace lazaret::filter {

Check antivirus_check(std::shared_ptr<Scanner> scanner)
{
    return {"antivirus", [scanner = std::move(scanner)](const Mail& mail, Findings& findings) {
                if (mail.too_large) return;
                // Should the scanner throw, the message is not taken for a scanned one.
                findings.scan = Scan::Unscanned;
                const auto report = scanner->scan(mail.bytes);
                findings.scan = report.scan;
                if (report.scan == Scan::Infected)
                    findings.hits.push_back(own_hit(OwnHit::Virus, report.signature));
                if (report.scan == Scan::Unscanned) {
                    log::warning("not scanned",
                                 {{"queue", mail.envelope.queue_id}, {"why", report.why}});
                    findings.hits.push_back(own_hit(OwnHit::NotScanned));
                }
                if (report.dangerous) {
                    findings.dangerous = true;
                    findings.hits.push_back(own_hit(OwnHit::DangerousContent, report.signature));
                }
            }};
}

}  // namespace lazaret::filter
