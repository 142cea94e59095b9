#pragma once

#include <map>
#include <string>

namespace lazaret::portal {

enum class Method { Get, Head, Post, Options, Other };

/// What a browser asks for, taken apart; all texts are a stranger's and may hold any bytes.
struct Request {
    Method method = Method::Get;
    std::string path;                            ///< decoded, without the query
    std::map<std::string, std::string> query{};  ///< what stands behind the path; each name once
    std::map<std::string, std::string> form{};   ///< of a POST; each name once
    std::string message{};                       ///< of a POST of a mail
    bool too_large = false;                      ///< the body was not read to its end
    std::string client{};         ///< address of the browser, behind the proxies that are trusted
    std::string languages{};      ///< Accept-Language
    std::string cookies{};        ///< Cookie
    std::string origin{};         ///< Origin
    std::string agent{};          ///< User-Agent
    std::string fetch_site{};     ///< Sec-Fetch-Site
    std::string authorization{};  ///< Authorization
};

}  // namespace lazaret::portal
