// Reads a CSV table (RFC 4180 quoting, header line first) a row at a time, so that a file of millions of rows costs one
// line of memory. Every error names the file and the line: "boroughs.csv:7: …".
//
//   absl::Status status = csv::ReadFile(path, {"code", "name"}, [&](const csv::Row& row) {
//     if (row[0].empty()) return absl::InvalidArgumentError("code is empty");
//     names[row[0]] = row[1];
//     return absl::OkStatus();
//   });
//
// A row's fields come in the order of the columns asked for, whatever their order in the file; other columns are passed
// over. An error from the callback stops reading and is returned with file and line in front, its code kept. A
// byte-order mark, CRLF line ends and empty lines are taken; a quoted field that spans lines is not. Column names match
// exactly. Errors: NOT_FOUND if the file cannot be opened, INVALID_ARGUMENT if it is not such a table. Functions are
// thread-safe.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace nwd::csv {

inline constexpr size_t kLineBytesMax = size_t{64} * 1024;

// The values of the columns asked for. Valid during the callback only.
using Row = std::vector<std::string>;
using RowCallback = absl::FunctionRef<absl::Status(const Row&)>;

absl::Status ReadFile(const std::filesystem::path& path, std::initializer_list<std::string_view> columns,
                      RowCallback on_row);

// The same over text in memory; `name` stands for the file in errors.
absl::Status ReadText(std::string_view name, std::string_view text, std::initializer_list<std::string_view> columns,
                      RowCallback on_row);

}  // namespace nwd::csv
