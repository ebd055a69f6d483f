#include "deploy/feed/fetch.h"

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "common/base/strings.h"

namespace nwd::feed {
namespace {

constexpr long kConnectSeconds = 15;
constexpr long kPageSeconds = 120;
constexpr long kRedirectsMax = 5;
constexpr long kHttpOk = 200;

size_t Append(char* data, size_t size, size_t count, void* page) {
  std::string& content = *static_cast<std::string*>(page);
  if (content.size() + size * count > kPageBytesMax) return 0;  // ends the transfer
  content.append(data, size * count);
  return size * count;
}

CURLcode AllowTls12(CURL*, void* context, void*) {
  SSL_CTX_clear_options(static_cast<SSL_CTX*>(context), SSL_OP_NO_TLSv1_2);
  return CURLE_OK;
}

absl::StatusOr<std::string> Get(CURL* curl, const std::string& url) {
  std::string content;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &content);
  const CURLcode code = curl_easy_perform(curl);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_WRITE_ERROR) {
    return absl::InvalidArgumentError(Cat(url, " is larger than the ", kPageBytesMax, " bytes a page may have"));
  }
  if (code != CURLE_OK) return absl::UnavailableError(Cat("cannot fetch ", url, ": ", curl_easy_strerror(code)));
  if (status != kHttpOk) return absl::UnavailableError(Cat("cannot fetch ", url, ": it answered ", status));
  return content;
}

// What a page says of those after it, in the ways publishers say it.
enum class Says { kLast, kMore, kNothing };

absl::StatusOr<Says> WhatItSays(const std::string& url, const std::string& content, int number) {
  const auto page = nlohmann::json::parse(content, nullptr, false);
  if (!page.is_object())
    return absl::InvalidArgumentError(Cat(url, " is not a page of a directory feed (a JSON object)"));
  if (const auto last = page.find("last_page"); last != page.end() && last->is_boolean())
    return last->get<bool>() ? Says::kLast : Says::kMore;
  if (const auto pages = page.find("total_pages"); pages != page.end() && pages->is_number_integer()) {
    return number >= pages->get<int>() ? Says::kLast : Says::kMore;
  }
  const auto contents = page.find("contents");
  return contents == page.end() || !contents->is_array() || contents->empty() ? Says::kLast : Says::kNothing;
}

}  // namespace

absl::StatusOr<std::vector<Page>> FetchPages(const std::string& url) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  if (ready != CURLE_OK || curl == nullptr) return absl::UnavailableError("cannot prepare to fetch over HTTP");
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &Append);
  curl_easy_setopt(curl.get(), CURLOPT_SSL_CTX_FUNCTION, &AllowTls12);
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_MAXREDIRS, kRedirectsMax);
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, kPageSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_ACCEPT_ENCODING, "");  // whatever libcurl can undo
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);

  std::vector<Page> pages;
  Says before = Says::kNothing;
  for (int number = 1; number <= kPagesMax; ++number) {
    const std::string page_url = Cat(url, url.find('?') == std::string::npos ? "?" : "&", "page=", number);
    NWD_ASSIGN_OR_RETURN(std::string content, Get(curl.get(), page_url));
    NWD_ASSIGN_OR_RETURN(const Says says, WhatItSays(page_url, content, number));
    if (!pages.empty() && content == pages.back().content) {
      // It does not look at the number: a file. It is the whole feed unless it said itself that there is more.
      if (before == Says::kNothing) return pages;
      return absl::InvalidArgumentError(
          Cat(page_url, " is the page before again: give the feed's own address, not that of one page"));
    }
    pages.push_back({.name = absl::StrFormat("page-%03d", number), .content = std::move(content)});
    if (says == Says::kLast) return pages;
    before = says;
  }
  return absl::InvalidArgumentError(Cat(url, " has more than ", kPagesMax, " pages"));
}

}  // namespace nwd::feed
