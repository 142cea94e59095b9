#include "milter/filter/rules/language/statements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr int most_includes = 16;  // deep

std::string_view first_word(std::string_view text)
{
    return text.substr(0, text.find_first_of(" \t"));
}

/// Without its comment; `\#` is a `#` that begins none.
std::string without_comment(std::string_view line)
{
    std::string made;
    made.reserve(line.size());
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (line[at] == '#') {
            if (made.empty() || made.back() != '\\') break;
            made.back() = '#';
        } else {
            made += line[at];
        }
    }
    return made;
}

/// One file on its way through, and those that it includes.
class Reading {
public:
    Reading(const LoadedPlugins& plugins, const FileReader& read_file,
            const std::function<void(const Statement&, const std::string&)>& take,
            std::vector<Problem>& problems)
        : plugins_{plugins}, read_file_{read_file}, take_{take}, problems_{problems}
    {
    }

    void read(const RuleFile& file, int depth)
    {
        std::vector<Open> open;
        int number = 0;
        std::string_view rest = file.text;
        while (!rest.empty()) {
            const auto end = std::min(rest.find('\n'), rest.size());
            ++number;
            const auto line = without_comment(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
            const auto text = trimmed(line);
            if (!text.empty()) read_line(file, text, number, depth, open);
        }
        for (const auto& one : open)
            if (one.line != 0) complain(file, one.line, "this 'if' is not closed by an 'endif'");
    }

private:
    struct Open {
        bool skips = false;  ///< by its own condition, or because of what is around it
        bool around_skips = false;
        int line = 0;  ///< 0: a require_version that nothing closes
    };

    void complain(const RuleFile& file, int line, std::string what)
    {
        problems_.push_back({{file.name, line}, {}, std::move(what)});
    }

    static bool skips(const std::vector<Open>& open) { return !open.empty() && open.back().skips; }

    void read_line(const RuleFile& file, std::string_view text, int number, int depth,
                   std::vector<Open>& open)
    {
        Statement statement;
        statement.line = number;
        auto word = first_word(text);
        if (word == "lang") {
            text = trimmed(text.substr(word.size()));
            statement.language = first_word(text);
            text = trimmed(text.substr(statement.language.size()));
            word = first_word(text);
        }
        auto key = ascii_lower(word);
        std::replace(key.begin(), key.end(), '-', '_');
        statement.key = key;
        statement.value = trimmed(text.substr(word.size()));

        if (is_conditional(file, statement, open) || skips(open)) return;
        if (key == "include") include(file, statement, depth);
        else take_(statement, file.name);
    }

    bool is_conditional(const RuleFile& file, const Statement& statement, std::vector<Open>& open)
    {
        const auto key = statement.key;
        if (key == "endif") {
            if (open.empty() || open.back().line == 0)
                complain(file, statement.line, "there is no 'if' for this 'endif'");
            else open.pop_back();
            return true;
        }
        if (key == "else") {
            if (open.empty() || open.back().line == 0)
                complain(file, statement.line, "there is no 'if' for this 'else'");
            else if (!statement.value.empty())
                complain(file, statement.line,
                         "an 'else' has no condition; write 'else', an 'if' of its own, and one "
                         "more 'endif'");
            else open.back().skips = open.back().around_skips || !open.back().skips;
            return true;
        }
        if (key != "if" && key != "ifplugin" && key != "require_version") return false;
        Open begun{skips(open), skips(open), statement.line};
        if (key == "require_version") {
            if (!begun.skips && !is_our_version(statement.value)) skip_rest(file, statement, open);
            return true;
        }
        const auto condition = key == "ifplugin" ? fmt::format("plugin({})", statement.value)
                                                 : std::string{statement.value};
        const auto answer = holds(condition, plugins_);
        if (!answer && !begun.skips) complain(file, statement.line, answer.error());
        begun.skips = begun.skips || !answer.value_or(false);
        open.push_back(begun);
        return true;
    }

    /// Of the file, or of the 'if' around it.
    void skip_rest(const RuleFile& file, const Statement& statement, std::vector<Open>& open)
    {
        complain(
            file, statement.line,
            fmt::format("the rest of the {} is for version {} of SpamAssassin, and is left out",
                        open.empty() ? "file" : "'if'", statement.value));
        if (open.empty()) open.push_back({true, true, 0});
        else open.back().skips = open.back().around_skips = true;
    }

    static bool is_our_version(std::string_view value)
    {
        double asked = 0;
        std::from_chars(value.data(), value.data() + value.size(), asked);
        return value == "@@VERSION@@" || (asked >= 4.0 && asked <= spamassassin_version);
    }

    void include(const RuleFile& from, const Statement& statement, int depth)
    {
        auto path = std::string{statement.value};
        if (!path.starts_with('/')) {
            const auto slash = from.name.rfind('/');
            path = (slash == std::string::npos ? "" : from.name.substr(0, slash + 1)) + path;
        }
        if (depth >= most_includes)
            return complain(from, statement.line, "files include each other without end");
        auto text = read_file_(path);
        if (!text) return complain(from, statement.line, fmt::format("{} {}", path, text.error()));
        read({path, std::move(*text)}, depth + 1);
    }

    const LoadedPlugins& plugins_;
    const FileReader& read_file_;
    const std::function<void(const Statement&, const std::string&)>& take_;
    std::vector<Problem>& problems_;
};

}  // namespace

void read_statements(const RuleFile& file, const LoadedPlugins& plugins,
                     const FileReader& read_file,
                     const std::function<void(const Statement&, const std::string& file)>& take,
                     std::vector<Problem>& problems)
{
    Reading{plugins, read_file, take, problems}.read(file, 0);
}

}  // namespace lazaret::filter::rules
