#pragma once

#include <optional>
#include <string>

#include "base/config/configuration.hpp"
#include "base/config/logos.hpp"
#include "base/html/templates.hpp"
#include "base/mail/seal.hpp"
#include "base/mime/outgoing_mail.hpp"
#include "base/words/words.hpp"
#include "quarantine-store/notifications.hpp"

namespace lazaret::report {

/// Writes the short mails apart from the reports, as values: nothing is read or sent.
class NotificationWriter {
public:
    /// All are borrowed.
    NotificationWriter(const Templates& templates, const SealKeys& keys, const ReportConfig& config,
                       const Logos& logos)
        : templates_{templates}, keys_{keys}, config_{config}, logos_{logos}
    {
    }

    /// @return nothing when there is nothing to say any more, or nobody to say it to: reports were
    /// turned on again, no administrator's address is set, a link was asked for too long ago, a
    /// message is no longer held; and for ReportNow, which is a report.
    [[nodiscard]] std::optional<OutgoingMail> write(const store::Notification& notification,
                                                    Moment now) const;

private:
    [[nodiscard]] OutgoingMail to_administrator(const store::Notification& notification,
                                                const store::Request& request, Moment now) const;
    [[nodiscard]] OutgoingMail to_asker(const store::Notification& notification,
                                        const store::Request& request, Moment now) const;
    [[nodiscard]] OutgoingMail reports_off(const store::Notification& notification,
                                           Moment now) const;
    [[nodiscard]] OutgoingMail warned(const store::Notification& notification,
                                      const store::ReportRow& held, Moment now) const;
    [[nodiscard]] OutgoingMail warned_more(const store::Notification& notification,
                                           Moment now) const;
    void add_account_link(Fill& all, const Words& words, const store::Notification& notification,
                          Moment now) const;
    [[nodiscard]] OutgoingMail password_link(const store::Notification& notification,
                                             Moment now) const;
    [[nodiscard]] OutgoingMail address_link(const store::Notification& notification,
                                            Moment now) const;

    /// A mail, and what its templates are filled with.
    struct Draft {
        OutgoingMail mail;
        Fill all;
    };
    /// To whom a notification is about.
    [[nodiscard]] Draft begin(const store::Notification& notification, const Words& words,
                              const std::string& subject, const std::string& text,
                              Moment now) const;
    [[nodiscard]] OutgoingMail finished(Draft draft) const;

    const Templates& templates_;
    const SealKeys& keys_;
    const ReportConfig& config_;
    const Logos& logos_;
};

}  // namespace lazaret::report
