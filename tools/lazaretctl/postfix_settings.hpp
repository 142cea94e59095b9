#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/configuration.hpp"
#include "tools/lazaretctl/findings.hpp"

namespace lazaret::tools {

/// What Postfix says of itself, by postconf(1).
struct PostfixSettings {
    std::map<std::string, std::string, std::less<>> main;  ///< main.cf, with values expanded
    /// master.cf's own values of smtpd_milters, expanded, by service: `smtp/inet`.
    std::map<std::string, std::string, std::less<>> service_milters;
    /// Those of master.cf that say `enable_original_recipient=no`.
    std::vector<std::string> merging_services;
    bool chroot = false;  ///< whether the smtpd of port 25 sees only the queue directory
};

/// The output of postconf -x, of postconf -x -P, and of postconf -M smtp/inet. Takes any text.
PostfixSettings parse_postfix_settings(std::string_view main, std::string_view parameters,
                                       std::string_view services);

/// One element of smtpd_milters: `unix:/run/x.sock` or `{ inet:host:port, content_timeout=60s }`.
struct PostfixMilter {
    std::string socket;
    std::map<std::string, std::string, std::less<>> own;  ///< what stands in the braces

    bool operator==(const PostfixMilter&) const = default;
};
std::vector<PostfixMilter> parse_milter_list(std::string_view text);

/// `300s`, `5m`, `1h`, `2d`, `1w`; without a unit it is seconds.
std::optional<std::chrono::seconds> parse_postfix_time(std::string_view text);

/// Whether a socket as Postfix writes it (`inet:HOST:PORT`, `unix:PATH`) is ours, as libmilter
/// writes it (`inet:PORT@HOST`, `unix:PATH`, a bare path). Postfix takes a path below its queue
/// directory when it is relative, and always when it is in a chroot.
bool is_same_socket(std::string_view ours, std::string_view postfix,
                    const std::string& queue_directory, bool chroot);

/// Our socket as it is to be written into smtpd_milters; none when it is a file that smtpd cannot
/// reach from its chroot.
std::optional<std::string> socket_for_postfix(std::string_view ours,
                                              const std::string& queue_directory, bool chroot);

/// Whether Postfix asks us, waits long enough, keeps recipients apart that share a mailbox, and
/// what it does when we are away.
Findings postfix_findings(const PostfixSettings& postfix, const Configuration& settings);

/// Whether mail for mailboxes of protected domains comes by another name of this host, which is not
/// protected: what stands in mydestination is one mailbox to Postfix (postconf(5)).
/// @param domains  those that are protected, in the form of Address::domain
Findings local_name_findings(const PostfixSettings& postfix,
                             const std::vector<std::string>& domains);

}  // namespace lazaret::tools
