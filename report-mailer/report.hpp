#pragma once

#include <string>
#include <vector>

#include "base/config/configuration.hpp"
#include "base/config/logos.hpp"
#include "base/html/templates.hpp"
#include "base/mail/seal.hpp"
#include "base/mime/outgoing_mail.hpp"
#include "base/words/words.hpp"
#include "quarantine-store/link/claim.hpp"
#include "quarantine-store/reports.hpp"

namespace lazaret::report {

/// What one report is made of. All borrowed.
struct ReportFacts {
    const store::ReportAccount& account;
    const store::ReportPeriod& period;
    const store::ReportContent& content;
    const std::string& message_id;
    Moment now;
};

/// A report ready to be sent.
struct MadeReport {
    OutgoingMail mail;
    std::size_t rows = 0;       ///< that stand in it
    std::size_t not_shown = 0;  ///< that the link `and 23 more` leads to
};

/// Writes reports, as values: nothing is read or sent.
///
/// The HTML stays below `most_html` bytes: rows that do not fit become "and 23 more". Links expire
/// with their copy, or after the setting report.link_life.
class ReportWriter {
public:
    /// Mail programs cut what is longer (Gmail at 102 kB), before encoding.
    static constexpr std::size_t most_html = 100'000;
    /// Of a site's template with what it includes, so that there is room for rows.
    static constexpr std::size_t most_template = most_html / 2;  ///< bytes
    /// Nobody reads more; the account's pages have the rest.
    static constexpr std::size_t most_rows = 80;

    /// All are borrowed.
    ReportWriter(const Templates& templates, const SealKeys& keys, const ReportConfig& config,
                 const Logos& logos)
        : templates_{templates}, keys_{keys}, config_{config}, logos_{logos}
    {
    }

    [[nodiscard]] MadeReport write(const ReportFacts& facts) const;

private:
    struct Page;
    static void fill_refusals(Fill& all, const Words& words,
                              const std::vector<store::ReportRefusals>& refusals);
    void fill_row(Fill& row, const store::ReportRow& held, const Page& page) const;
    void fill_section(Fill& all, const Page& page, const std::vector<const store::ReportRow*>& rows,
                      bool newsletters) const;
    [[nodiscard]] Fill fill(const Page& page, std::size_t rows) const;
    void write_rows(MadeReport& made, const Page& page) const;
    void write_link(MadeReport& made, const Page& page) const;

    const Templates& templates_;
    const SealKeys& keys_;
    const ReportConfig& config_;
    const Logos& logos_;
};

}  // namespace lazaret::report
