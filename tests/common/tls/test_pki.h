// Two authorities and folders of certificates, for tests.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/check.h"
#include "common/tls/certificate_files.h"
#include "deploy/pki/authority.h"
#include "deploy/pki/pem_files.h"

namespace nwd::tls {

inline constexpr char kDomain[] = "hub.test";

class TestPki {
 public:
  TestPki()
      : folder_(absl::StrCat(::testing::TempDir(), "/nwd_tls_", getpid(), "_", next_++)),
        now_(absl::Now()),
        authority_(NewAuthority("Ours")),
        other_authority_(NewAuthority("Theirs")) {
    std::filesystem::create_directories(folder_);
  }
  ~TestPki() { std::filesystem::remove_all(folder_); }

  absl::Time now() const { return now_; }
  const pki::Authority& authority() const { return authority_; }
  const pki::Authority& other_authority() const { return other_authority_; }

  pki::Request Service(const std::string& name) const { return pki::ForService(kDomain, name, Begin(), End()); }
  pki::Request Organisation(const std::string& slug) const {
    return pki::ForOrganisation(kDomain, slug, Begin(), End());
  }
  pki::Request Expired(pki::Request request) const {
    request.not_before = now_ - absl::Hours(48);
    request.not_after = now_ - absl::Hours(24);
    return request;
  }

  // Writes a folder (over what it held) and returns its path. It trusts our authority, whoever issued it.
  std::string Write(const std::string& name, const pki::Request& request,
                    const pki::Authority* issuer = nullptr) const {
    const absl::StatusOr<pki::Issued> issued = (issuer != nullptr ? *issuer : authority_).Issue(request);
    NWD_CHECK(issued.ok());
    const std::string path = absl::StrCat(folder_, "/", name);
    NWD_CHECK(pki::WriteIdentity(path, *issued, authority_.certificate_pem()).ok());
    return path;
  }

  // Writes ca.crl into a folder.
  void WriteList(const std::string& folder, const std::vector<std::string>& serials,
                 const pki::Authority* issuer = nullptr) const {
    const auto list = (issuer != nullptr ? *issuer : authority_).RevocationListPem(serials, 1, now_);
    NWD_CHECK(list.ok());
    NWD_CHECK(pki::WriteRevocationList(folder, *list).ok());
  }

  static void Overwrite(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::trunc) << text;
  }
  static void Copy(const std::string& from, const std::string& to) {
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
  }

 private:
  pki::Authority NewAuthority(const std::string& name) const {
    absl::StatusOr<pki::Authority> authority = pki::Authority::Create(
        {.name = name, .not_before = now_ - absl::Hours(72), .not_after = now_ + absl::Hours(72)});
    NWD_CHECK(authority.ok());
    return *std::move(authority);
  }
  absl::Time Begin() const { return now_ - absl::Hours(1); }
  absl::Time End() const { return now_ + absl::Hours(24); }

  static inline std::atomic<int> next_{0};
  const std::string folder_;
  const absl::Time now_;
  const pki::Authority authority_, other_authority_;
};

}  // namespace nwd::tls
