#include "tools/lazaretctl/labelled_mail.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "tools/lazaretctl/message_file.hpp"

namespace lazaret::tools {
namespace {

std::optional<filter::Label> label_of(std::string_view text)
{
    if (text == "ham") return filter::Label::Ham;
    if (text == "spam" || text == "phish") return filter::Label::Spam;
    return std::nullopt;
}

std::string text_of(const std::string& file, std::string_view what)
{
    auto text = read_file(file);
    if (!text) throw Error{Error::Kind::Usage, "cannot read {} {}: {}", what, file, text.error()};
    return *std::move(text);
}

std::string_view take_line(std::string_view& text)
{
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

std::vector<std::string> cells_of(std::string_view line)
{
    std::vector<std::string> cells;
    for (auto tab = line.find('\t'); tab != std::string_view::npos; tab = line.find('\t')) {
        cells.emplace_back(trimmed(line.substr(0, tab)));
        line.remove_prefix(tab + 1);
    }
    cells.emplace_back(trimmed(line));
    return cells;
}

Envelope envelope_with(std::string client, std::string name, std::string helo,
                       const std::string& sender)
{
    Envelope envelope;
    envelope.client_name = name.empty() ? "[" + client + "]" : std::move(name);
    envelope.client_ip = std::move(client);
    envelope.helo = std::move(helo);
    envelope.sender_verbatim = "<" + sender + ">";
    if (auto address = parse_address(sender)) envelope.sender = *std::move(address);
    return envelope;
}

}  // namespace

LabelledMail parse_index(std::string_view text, const std::string& name)
{
    LabelledMail mail;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto line = trimmed(take_line(text));
        if (line.empty()) continue;
        const auto tab = line.find('\t');
        if (tab == std::string_view::npos)
            throw Error{Error::Kind::Usage, "{}: line {} is not: label, tab, path", name, number};
        const auto path = line.substr(tab + 1);
        if (const auto label = label_of(line.substr(0, tab)))
            mail.files.push_back({*label, std::string{path.substr(0, path.find('\t'))}});
        else ++mail.left_out;
    }
    return mail;
}

void add_envelopes(LabelledMail& mail, std::string_view text, const std::string& name)
{
    const auto columns = cells_of(take_line(text));
    if (std::ranges::find(columns, "path") == columns.end())
        throw Error{Error::Kind::Usage, "{} has no column named path", name};
    std::map<std::string, Envelope> envelopes;
    while (!text.empty()) {
        auto cells = cells_of(take_line(text));
        cells.resize(columns.size());
        const auto cell = [&](std::string_view column) {
            const auto found = std::ranges::find(columns, column);
            return found == columns.end()
                       ? std::string{}
                       : cells[static_cast<std::size_t>(found - columns.begin())];
        };
        envelopes[cell("path")] =
            envelope_with(cell("client_ip"), cell("rdns"), cell("helo"), cell("mail_from"));
    }
    for (auto& file : mail.files)
        if (const auto found = envelopes.find(file.path); found != envelopes.end())
            file.envelope = found->second;
}

LabelledMail read_labelled_mail(std::string index, std::string envelopes)
{
    std::error_code none;
    if (std::filesystem::is_directory(index, none)) index += "/index.tsv";
    auto mail = parse_index(text_of(index, "index"), index);
    mail.folder = std::filesystem::path{index}.parent_path().string();
    if (envelopes.empty()) {
        const auto beside = std::filesystem::path{mail.folder} / "envelope.tsv";
        if (!std::filesystem::exists(beside, none)) return mail;
        envelopes = beside.string();
    }
    add_envelopes(mail, text_of(envelopes, "envelopes"), envelopes);
    return mail;
}

}  // namespace lazaret::tools
