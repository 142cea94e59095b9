#include "base/html/templates.hpp"

#include <ctemplate/template.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <limits>
#include <optional>
#include <system_error>

#include "base/error.hpp"
#include "base/html/template_text.hpp"
#include "base/small_file.hpp"
#include "base/text.hpp"

namespace lazaret {
namespace {

using Texts = std::map<std::string, TemplateText, std::less<>>;

std::string place(const std::string& file, const TemplateMistake& mistake)
{
    if (mistake.line == 0) return fmt::format("{}: {}", file, mistake.what);
    return fmt::format("{}:{}: {}", file, mistake.line, mistake.what);
}

/// What may be used in a template and is filled in: all that the built-in one and what it includes
/// use. Throws for a built-in one that includes itself or what is not there.
TemplateNames names_of(const Texts& texts, const std::string& name, std::size_t depth = 0)
{
    const auto found = texts.find(name);
    if (found == texts.end() || depth > texts.size())
        throw Error{Error::Kind::Bug, "template {}: it is included, but {}", name,
                    found == texts.end() ? "not there" : "includes itself"};
    TemplateNames names;
    for (const auto& piece : found->second.pieces) {
        using Kind = TemplatePiece::Kind;
        if (piece.kind == Kind::Marker) names.markers.insert(piece.text);
        if (piece.kind == Kind::Open) names.sections.insert(piece.text);
        if (piece.kind != Kind::Include) continue;
        names.includes.insert(piece.text);
        auto more = names_of(texts, piece.text, depth + 1);
        names.markers.merge(more.markers);
        names.sections.merge(more.sections);
        names.includes.merge(more.includes);
    }
    return names;
}

std::string whole_text(const Texts& texts, const std::string& name)
{
    return joined(texts.at(name), [&texts](const std::string& included) -> const TemplateText& {
        return texts.at(included);
    });
}

/// Gives one template to ctemplate. False when it cannot tell how to escape a marker.
bool load(ctemplate::TemplateCache& cache, const std::string& name, std::string text)
{
    if (name.ends_with(".html")) text.insert(0, "{{%AUTOESCAPE context=\"HTML\"}}");
    return cache.StringToTemplateCache(name, text, ctemplate::DO_NOT_STRIP);
}

/// How many bytes a template has with all that it includes; at least `enough` when it has so many,
/// because a file may include others thousands of times.
std::size_t whole_size(const Texts& texts, const std::string& name, std::size_t enough)
{
    std::size_t size = 0;
    for (const auto& piece : texts.at(name).pieces) {
        if (size >= enough) break;
        size += piece.kind == TemplatePiece::Kind::Include
                    ? whole_size(texts, piece.text, enough - size)
                    : piece.text.size();
    }
    return size;
}

/// What is wrong with the first template that cannot be used with these as they are.
std::optional<std::string> refused(const Texts& texts, std::size_t most_bytes)
{
    ctemplate::TemplateCache cache;
    for (const auto& [name, text] : texts) {
        if (whole_size(texts, name, most_bytes + 1) > most_bytes)
            return fmt::format("{} is larger than {} kB with what it includes", name,
                               most_bytes / 1024);
        // What ends one file and begins the next may make a marker that neither has.
        auto whole = whole_text(texts, name);
        if (const auto mistakes = read_template(name, whole).mistakes; !mistakes.empty())
            return fmt::format("with what it includes there is a mistake in {}: {}", name,
                               mistakes.front().what);
        if (!load(cache, name, std::move(whole)))
            return fmt::format(
                "its HTML leaves open how a value in {} must be escaped (are all "
                "attributes in quotes?)",
                name);
    }
    return {};
}

/// Whether a template is only ever a part of others; such a one may be empty.
bool is_included(const Texts& texts, const std::string& name)
{
    return std::ranges::any_of(texts, [&](const auto& row) {
        return std::ranges::any_of(row.second.pieces, [&](const TemplatePiece& piece) {
            return piece.kind == TemplatePiece::Kind::Include && piece.text == name;
        });
    });
}

/// The files of a site's folder that may stand in for built-in ones.
class SiteFolder {
public:
    SiteFolder(const std::string& folder, const Texts& built_in, std::size_t most_bytes,
               std::vector<std::string>& problems)
        : built_in_{built_in}, most_bytes_{most_bytes}, problems_{problems}
    {
        std::error_code trouble;
        std::vector<std::filesystem::path> files;
        for (std::filesystem::directory_iterator entry{folder, trouble}, end;
             !trouble && entry != end; entry.increment(trouble))
            files.push_back(entry->path());
        if (trouble)
            problems.push_back(fmt::format("{}: cannot be read: {}", folder, trouble.message()));
        std::ranges::sort(files);
        for (const auto& file : files)
            if (!file.filename().native().starts_with('.')) look_at(file);
    }

    [[nodiscard]] const Texts& good() const noexcept { return good_; }

private:
    void look_at(const std::filesystem::path& file)
    {
        const auto name = file.filename().string();
        if (!built_in_.contains(name)) {
            complain(file, {0, "there is no template of this name"});
            return;
        }
        const auto text = read_small_file(file.string(), most_bytes_);
        if (!text) {
            complain(file, {0, text.error()});
            return;
        }
        if (trimmed(*text).empty() && !is_included(built_in_, name)) {
            complain(file, {0, "is empty"});
            return;
        }
        auto read = read_template(name, *text);
        auto mistakes = std::move(read.mistakes);
        std::ranges::move(unknown_names(read, names_of(built_in_, name)),
                          std::back_inserter(mistakes));
        std::ranges::stable_sort(mistakes, {}, &TemplateMistake::line);
        for (const auto& mistake : mistakes) complain(file, mistake);
        if (!mistakes.empty()) return;

        // Alone among the built-in ones, so that it is this file which is to blame.
        auto together = built_in_;
        together.insert_or_assign(name, read);
        if (const auto wrong = refused(together, most_bytes_)) {
            complain(file, {0, *wrong});
            return;
        }
        good_.insert_or_assign(name, std::move(read));
    }

    void complain(const std::filesystem::path& file, const TemplateMistake& mistake)
    {
        problems_.push_back(place(file.string(), mistake));
    }

    const Texts& built_in_;
    std::size_t most_bytes_;
    std::vector<std::string>& problems_;
    Texts good_;
};

Texts built_in_texts(const std::vector<Templates::Source>& sources)
{
    Texts texts;
    for (const auto& source : sources) {
        auto text = read_template(source.name, source.text);
        if (!text.mistakes.empty())
            throw Error{Error::Kind::Bug, "built-in template {}",
                        place(std::string{source.name}, text.mistakes.front())};
        texts.insert_or_assign(std::string{source.name}, std::move(text));
    }
    for (const auto& row : texts) (void)names_of(texts, row.first);
    if (const auto wrong = refused(texts, std::numeric_limits<std::size_t>::max() - 1))
        throw Error{Error::Kind::Bug, "built-in templates: {}", *wrong};
    return texts;
}

/// One line: in plain text a line end of a stranger could look like a row of ours.
std::string on_one_line(std::string text)
{
    std::ranges::replace_if(
        text, [](char c) { return c == '\n' || c == '\r' || c == '\v' || c == '\f'; }, ' ');
    // NEL and the line and paragraph separators of Unicode end a line for many programs, too.
    for (const std::string_view end : {"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"})
        for (auto at = text.find(end); at != std::string::npos; at = text.find(end, at))
            text.replace(at, end.size(), " ");
    return text;
}

}  // namespace

Fill& Fill::set(std::string_view marker, std::string value)
{
    values_.insert_or_assign(std::string{marker}, std::move(value));
    return *this;
}

Fill& Fill::add(std::string_view section) { return sections_[std::string{section}].emplace_back(); }

Fill& Fill::show(std::string_view section)
{
    auto& repetitions = sections_[std::string{section}];
    if (repetitions.empty()) repetitions.emplace_back();
    return *this;
}

struct Templates::Private {
    ctemplate::TemplateCache cache;
    Texts texts;

    static void fill_in(ctemplate::TemplateDictionary& dictionary, const Fill& fill, bool is_html)
    {
        for (const auto& [marker, value] : fill.values_)
            dictionary.SetValue(marker, is_html ? value : on_one_line(value));
        for (const auto& [section, repetitions] : fill.sections_)
            for (const auto& repetition : repetitions)
                fill_in(*dictionary.AddSectionDictionary(section), repetition, is_html);
    }
};

Templates::Templates(const std::vector<Source>& built_in, const std::string& folder,
                     std::vector<std::string>& problems, std::size_t most_bytes)
    : private_{std::make_unique<Private>()}
{
    auto& texts = private_->texts;
    texts = built_in_texts(built_in);
    if (!folder.empty()) {
        const SiteFolder site{folder, texts, most_bytes, problems};
        auto together = texts;
        for (const auto& [name, text] : site.good()) together.insert_or_assign(name, text);
        if (const auto wrong = refused(together, most_bytes))
            problems.push_back(
                fmt::format("{}: its files do not fit together: {}; none is used", folder, *wrong));
        else texts = std::move(together);
    }
    for (const auto& row : texts) load(private_->cache, row.first, whole_text(texts, row.first));
    private_->cache.Freeze();
}
Templates::Templates(Templates&&) noexcept = default;
Templates& Templates::operator=(Templates&&) noexcept = default;
Templates::~Templates() = default;

std::string Templates::text(std::string_view name, const Fill& fill) const
{
    if (!private_->texts.contains(name))
        throw Error{Error::Kind::Bug, "there is no template {}", name};
    ctemplate::TemplateDictionary dictionary{"values"};
    Private::fill_in(dictionary, fill, name.ends_with(".html"));
    std::string result;
    if (!private_->cache.ExpandNoLoad(std::string{name}, ctemplate::DO_NOT_STRIP, &dictionary,
                                      nullptr, &result))
        throw Error{Error::Kind::Bug, "template {}: ctemplate cannot write it", name};
    return result;
}

std::string site_folder(const std::string& templates, std::string_view program)
{
    const auto folder = std::filesystem::path{templates} / program;
    std::error_code failed;
    const bool is_there = !templates.empty() && std::filesystem::exists(folder, failed);
    return is_there ? folder.string() : std::string{};
}

}  // namespace lazaret
