#include <algorithm>
#include <array>

#include "milter/filter/rules/evals/content_eval_groups.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

// Endings of names that Windows runs, as SpamAssassin's AntiVirus lists them; sorted.
constexpr auto run_endings = std::to_array<std::string_view>(
    {"ade", "adp", "asx", "bas", "bat", "chm", "cmd", "com", "cpl", "crt", "dll", "exe", "hlp",
     "hta", "inf", "ins", "isp", "js",  "jse", "lnk", "mda", "mdb", "mde", "mdt", "mdw", "mdz",
     "msc", "msi", "msp", "mst", "nws", "ops", "pcd", "pif", "prf", "reg", "scf", "scr", "sct",
     "shb", "shs", "shm", "swf", "url", "vb",  "vbe", "vbs", "vbx", "vxd", "wsc", "wsf", "wsh"});

bool is_any(std::string_view text, std::span<const std::string_view> words)
{
    return std::find(words.begin(), words.end(), text) != words.end();
}

/// `scr?`, `scr.exe`: what stands behind the last dot; empty without one.
std::string ending_of(std::string_view name)
{
    const auto dot = name.rfind('.');
    std::string ending{dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1)};
    for (auto& c : ending) c = small(c);
    return ending;
}

/// Whether base64 begins as a DOS program's head does, its first fields in their usual bounds.
bool begins_as_program(std::string_view base64)
{
    // What may stand at each place; empty: anything.
    constexpr auto places = std::to_array<std::string_view>(
        {"T", "V", "opqr", "", "A", "", "", "AB", "", "AQgw", "ABCDEFGH", "", "A"});
    if (base64.size() < places.size()) return false;
    for (std::size_t at = 0; at < places.size(); ++at)
        if (places[at].empty() ? base64[at] == '\n'
                               : places[at].find(base64[at]) == std::string_view::npos)
            return false;
    return true;
}

/// The first line of a program in uuencode.
bool is_uuencoded_program(std::string_view line)
{
    constexpr std::string_view form = "M35?.`..`..*````";  // ? is G to K, . anything
    if (line.size() < form.size() || line[3] < 'G' || line[3] > 'K') return false;
    for (std::size_t at = 0; at < form.size(); ++at)
        if (form[at] != '?' && form[at] != '.' && form[at] != line[at]) return false;
    return true;
}

bool has_uuencoded_program(std::string_view text)
{
    for (auto at = text.find("M35"); at != std::string_view::npos; at = text.find("M35", at + 1))
        if ((at == 0 || text[at - 1] == '\n') &&
            is_uuencoded_program(text.substr(at, text.find('\n', at) - at)))
            return true;
    return false;
}

bool is_program(const MimePart& part)
{
    // Which of two names a mail program goes by is its own affair.
    for (const auto* name : {&part.name, &part.type_name}) {
        const auto ending = ending_of(*name);
        if (ending == "sc" || is_any(ending, run_endings)) return true;
    }
    return (contains(part.encoding, "base64") && begins_as_program(part.raw)) ||
           (written_type(part).starts_with("text/") && has_uuencoded_program(part.raw));
}

unsigned check_microsoft_executable(const EvalContext& context, Arguments)
{
    const auto& parts = context.rendering.parts;
    return std::any_of(parts.begin(), parts.end(),
                       [](const auto& part) { return part.is_leaf && is_program(part); });
}

/// What a file of that ending may be called as a type; the beginning and the end of the type.
struct FittingType {
    std::string_view endings;  ///< with blanks around each
    std::string_view beginning;
    std::string_view end;
};
constexpr auto fitting_types = std::to_array<FittingType>({
    {" txt htm html phtm phtml xhtm xhtml xml ", "text/plain", ""},
    {" txt htm html phtm phtml xhtm xhtml xml ", "text/htm", ""},
    {" txt htm html phtm phtml xhtm xhtml xml ", "text/phtm", ""},
    {" txt htm html phtm phtml xhtm xhtml xml ", "text/xhtm", ""},
    {" txt htm html phtm phtml xhtm xhtml xml ", "text/english", ""},
    {" txt htm html phtm phtml xhtm xhtml xml ", "text/sgml", ""},
    {" txt htm html phtm phtml xhtm xhtml xml ", "text/xml", ""},
    {" txt htm html phtm phtml xhtm xhtml xml ", "text/enriched", ""},
    {" txt htm html phtm phtml xhtm xhtml xml ", "text/richtext", ""},
    {" txt htm html phtm phtml xhtm xhtml xml ", "message/external-body", ""},
    {" jpg jpeg tif tiff gif png ", "image/", ""},
    {" jpg jpeg tif tiff gif png ", "application/mac-binhex", ""},
    {" vcf ", "text/vcard", "text/vcard"},
    {" bat com exe pif scr swf vbs ", "application/", ""},
    {" doc ", "application/", "word"},
    {" ppt ", "application/", "powerpoint"},
    {" ppt ", "application/", "ppt"},
    {" xls ", "application/", "excel"},
});

/// Whether a part's name says another type than its Content-Type.
bool has_suspect_name(const MimePart& part)
{
    if (part.name.empty() || written_type(part) == "application/octet-stream") return false;
    auto ending = ending_of(part.name);
    if (ending.empty()) ending = part.name;
    auto type = written_type(part);
    for (const std::string_view prefix : {"/x-", "/vnd."})
        if (const auto at = type.find(prefix); at != std::string::npos) {
            type.erase(at + 1, prefix.size() - 1);
            break;
        }
    const auto word = " " + ending + " ";
    bool is_known = false;
    for (const auto& [endings, beginning, end] : fitting_types) {
        if (!contains(endings, word)) continue;
        is_known = true;
        if (type.starts_with(beginning) && type.ends_with(end)) return false;
    }
    return is_known;
}

unsigned check_suspect_name(const EvalContext& context, Arguments)
{
    const auto& parts = context.rendering.parts;
    return std::any_of(parts.begin(), parts.end(),
                       [](const auto& part) { return part.is_leaf && has_suspect_name(part); });
}

constexpr auto entries = std::to_array<EvalEntry>({
    {"check_microsoft_executable", "AntiVirus", check_microsoft_executable, {}, 0},
    {"check_suspect_name", "AntiVirus", check_suspect_name, {}, 0},
});

}  // namespace

std::span<const EvalEntry> attachment_evals() { return entries; }

}  // namespace lazaret::filter::rules
