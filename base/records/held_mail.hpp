#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/records/envelope.hpp"
#include "base/records/explanation.hpp"
#include "base/records/identity.hpp"
#include "base/records/verdict.hpp"

namespace lazaret {

/// The version of the sanitiser that makes Preview::html; raised when a change makes older output
/// unsafe to show.
inline constexpr int sanitiser_version = 2;

/// What a person may see of a message without its MIME ever being parsed again.
///
/// Every text is valid UTF-8 without NUL. `html` is the output of our sanitiser of version
/// `sanitiser`; one of an older version is shown as `text`. Either ends in `[…]` where the message
/// goes on.
struct Preview {
    struct Part {
        std::string name;        ///< file name as the message gives it; may be empty
        std::string type;        ///< by content, for instance application/zip
        std::uint64_t size = 0;  ///< bytes, decoded
        std::string sha256;      ///< hexadecimal
        bool operator==(const Part&) const = default;
    };
    struct Image {
        std::string content_id;  ///< without brackets
        std::string type;        ///< image/png, image/jpeg, image/gif or image/webp, by content
        std::string bytes;
        bool operator==(const Image&) const = default;
    };
    int sanitiser = 0;  ///< 0: there is no HTML
    std::string text;
    std::string html;
    std::vector<Image> images;            ///< at most 256 kB together
    std::vector<Part> parts;              ///< attachments
    std::vector<std::string> link_hosts;  ///< hosts of links, each once, in the message's order
    /// What the antivirus said of the whole message: `clean`, `infected`, `unscanned` (it could
    /// not), `skipped` (there is none); empty: not recorded.
    std::string scan;

    bool operator==(const Preview&) const = default;
};

/// A message to be held, with all that was recorded when it was judged. The bytes are borrowed.
///
/// `received` to `utf8`, and `hits`, are those of this transmission: each copy keeps them as they
/// were when it was made. The rest is kept once for all copies.
struct HeldMail {
    Digest digest;
    std::string_view bytes;  ///< headers and body as the MTA handed them over, lines in CRLF
    Moment received;
    std::string queue_id;
    std::string client_ip;
    std::string helo;
    std::string sender;        ///< MAIL FROM without brackets; empty for the null sender
    bool eight_bit = false;    ///< MAIL FROM said BODY=8BITMIME, or the bytes need it
    bool utf8 = false;         ///< MAIL FROM said SMTPUTF8
    std::string from;          ///< decoded From, for people
    std::string from_address;  ///< Address::key() of From, or empty
    std::string subject;       ///< decoded
    std::string list_id;       ///< small letters, without brackets; or empty
    std::vector<Hit> hits;
    Preview preview;
    /// The copy that a seal which was not believed names: then this is, it seems, mail that we
    /// released ourselves, changed on its way. See seal_reference().
    std::optional<Reference> seal_of{};
};

/// One recipient's copy of a HeldMail.
struct HeldCopy {
    Reference reference;  ///< the name people see
    TenantId tenant = site_tenant;
    std::string recipient;  ///< as in RCPT TO, without brackets; where a release goes
    std::string mailbox;    ///< RecipientPolicy::mailbox; whose account it belongs to
    Class verdict = Class::Spam;
    double score = 0.0;
    /// With the points that rule_scores of the recipient gave; where none did, those of the mail.
    std::optional<std::vector<Hit>> own_hits{};
    Day expires;  ///< dropped after this day
    Explanation explanation;
    bool kept_after_refusal = false;  ///< refuse-keep: the sender was told 550
};

}  // namespace lazaret
