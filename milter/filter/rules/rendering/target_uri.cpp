#include "milter/filter/rules/rendering/target_uri.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace lazaret::filter::rules {
namespace {

using Piece = std::optional<std::string_view>;

struct Uri {
    Piece scheme;
    Piece authority;
    std::string_view path;
    Piece query;
    Piece fragment;
};

// RFC 3986, appendix B.
Uri taken_apart(std::string_view text)
{
    Uri uri;
    const auto scheme = text.find_first_of(":/?#");
    if (scheme != std::string_view::npos && scheme > 0 && text[scheme] == ':') {
        uri.scheme = text.substr(0, scheme);
        text.remove_prefix(scheme + 1);
    }
    if (text.starts_with("//")) {
        const auto end = std::min(text.find_first_of("/?#", 2), text.size());
        uri.authority = text.substr(2, end - 2);
        text.remove_prefix(end);
    }
    const auto fragment = text.find('#');
    if (fragment != std::string_view::npos) {
        // It ends at a line end.
        const auto rest = text.substr(fragment + 1);
        uri.fragment = rest.substr(0, rest.find('\n'));
    }
    text = text.substr(0, fragment);
    const auto query = text.find('?');
    if (query != std::string_view::npos) uri.query = text.substr(query + 1);
    uri.path = text.substr(0, query);
    return uri;
}

// RFC 3986 5.2.4, segment by segment.
std::string without_dot_segments(std::string_view path)
{
    std::string out;
    bool begins_with_slash = false;  // one that was put before what is left
    if (path.starts_with("../")) {
        path.remove_prefix(3);
        begins_with_slash = true;
    } else if (path.starts_with("./")) {
        path.remove_prefix(2);
        begins_with_slash = true;
    }
    while (begins_with_slash || (!path.empty() && path != "0")) {
        const bool has_slash = begins_with_slash || path.starts_with('/');
        if (has_slash && !begins_with_slash) path.remove_prefix(1);
        begins_with_slash = false;
        const auto end = std::min(path.find('/'), path.size());
        const auto segment = path.substr(0, end);
        if (has_slash && (segment == "." || segment == "..")) {
            if (segment == "..") {
                const auto slash = out.rfind('/');
                out.resize(slash == std::string::npos ? 0 : slash);
            }
            path.remove_prefix(std::min(end + 1, path.size()));
            begins_with_slash = true;
            continue;
        }
        if (has_slash) out += '/';
        out += segment;
        path.remove_prefix(end);
    }
    return out;
}

std::string merged(const Uri& base, std::string_view path)
{
    if (base.authority && (base.path.empty() || base.path == "0")) return "/" + std::string{path};
    const auto slash = base.path.rfind('/');
    const auto folder =
        slash == std::string_view::npos ? std::string_view{} : base.path.substr(0, slash + 1);
    return std::string{folder} + std::string{path};
}

// Whether an authority begins so, perhaps with a number behind it, and a dot.
bool begins_with_label(std::string_view authority, std::string_view label)
{
    if (!starts_ignoring_case(authority, label)) return false;
    authority.remove_prefix(label.size());
    const auto end = authority.find_first_not_of("0123456789");
    return end != std::string_view::npos && authority[end] == '.';
}

std::string put_together(const Uri& uri, std::string_view path)
{
    std::string out;
    const auto add = [&out](std::string_view before, const Piece& piece) {
        if (!piece) return;
        out += before;
        out += *piece;
    };
    if (uri.scheme && !uri.scheme->empty()) {
        out += *uri.scheme;
        out += ':';
    } else if (uri.authority) {
        if (begins_with_label(*uri.authority, "www")) out += "http:";
        else if (begins_with_label(*uri.authority, "ftp")) out += "ftp:";
    }
    add("//", uri.authority);
    out += path;
    add("?", uri.query);
    add("#", uri.fragment);
    return out;
}

}  // namespace

std::string target_uri(std::string_view base_text, std::string_view reference_text)
{
    const auto reference = taken_apart(reference_text);
    const auto base = taken_apart(base_text);
    const bool is_absolute = reference.scheme && reference.scheme != base.scheme;
    if (is_absolute) return put_together(reference, without_dot_segments(reference.path));
    auto target = reference;
    target.scheme = base.scheme;
    if (reference.authority) return put_together(target, without_dot_segments(reference.path));
    target.authority = base.authority;
    if (reference.path.empty()) {
        if (!reference.query) target.query = base.query;
        return put_together(target, base.path);
    }
    if (reference.path.starts_with('/'))
        return put_together(target, without_dot_segments(reference.path));
    return put_together(target, without_dot_segments(merged(base, reference.path)));
}

std::string usable_base(std::string_view uri)
{
    const bool is_usable = starts_ignoring_case(uri, "http:") ||
                           starts_ignoring_case(uri, "https:") || starts_ignoring_case(uri, "ftp:");
    if (!is_usable) return {};
    auto folder = uri;
    const auto host = std::min(uri.find_first_not_of('/', uri.find(':') + 1), uri.size());
    const auto slash = uri.rfind('/');
    // A last piece with a dot in it and some letters behind is a file.
    if (slash != std::string_view::npos && slash > host) {
        const auto file = uri.substr(slash + 1);
        const auto dot = file.rfind('.');
        const auto suffix = dot == std::string_view::npos ? 0 : file.size() - dot - 1;
        if (dot != std::string_view::npos && dot > 0 && suffix >= 2 && suffix <= 4) {
            auto begin = dot;
            while (begin > 0 && file[begin - 1] != '.') --begin;
            if (begin < dot) folder = uri.substr(0, slash + 1 + begin);
        }
    }
    std::string out{folder};
    if (!out.ends_with('/')) out += '/';
    return out;
}

}  // namespace lazaret::filter::rules
