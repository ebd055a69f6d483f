#include "common/csv/csv.h"

#include <algorithm>
#include <fstream>
#include <istream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "common/base/macros.h"

namespace nwd::csv {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Splits one line into `fields`, reusing their memory.
absl::Status SplitLine(std::string_view line, std::vector<std::string>& fields) {
  size_t count = 0;
  size_t at = 0;
  while (true) {
    if (count == fields.size()) fields.emplace_back();
    std::string& field = fields[count++];
    field.clear();
    if (at < line.size() && line[at] == '"') {
      for (++at;; ++at) {
        if (at == line.size()) return absl::InvalidArgumentError("a quoted field does not end on its line");
        if (line[at] != '"') {
          field.push_back(line[at]);
        } else if (at + 1 < line.size() && line[at + 1] == '"') {
          field.push_back('"');
          ++at;
        } else {
          break;
        }
      }
      ++at;
      if (at < line.size() && line[at] != ',') return absl::InvalidArgumentError("text after a closing quote");
    } else {
      const size_t end = std::min(line.find(',', at), line.size());
      field.assign(line.substr(at, end - at));
      at = end;
    }
    if (at == line.size()) break;
    ++at;
  }
  fields.resize(count);
  return absl::OkStatus();
}

// Where each column asked for stands in the header.
absl::Status LocateColumns(const std::vector<std::string>& header, std::initializer_list<std::string_view> columns,
                           std::vector<size_t>& positions) {
  for (std::string_view column : columns) {
    const auto found = std::find(header.begin(), header.end(), column);
    if (found == header.end()) return absl::InvalidArgumentError(absl::StrCat("no column named ", std::string(column)));
    positions.push_back(static_cast<size_t>(found - header.begin()));
  }
  return absl::OkStatus();
}

class Table {
 public:
  Table(std::initializer_list<std::string_view> columns, RowCallback on_row) : columns_(columns), on_row_(on_row) {}

  absl::Status TakeLine(std::string_view line) {
    if (line.size() > kLineBytesMax) {
      return absl::InvalidArgumentError(absl::StrCat("a line of ", line.size(), " bytes; at most ", kLineBytesMax));
    }
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) return absl::OkStatus();
    NWD_RETURN_IF_ERROR(SplitLine(line, fields_));
    if (!has_header()) {
      header_size_ = fields_.size();
      row_.resize(columns_.size());
      return LocateColumns(fields_, columns_, positions_);
    }
    if (fields_.size() != header_size_) {
      return absl::InvalidArgumentError(absl::StrCat(fields_.size(), " fields where the header has ", header_size_));
    }
    for (size_t i = 0; i < positions_.size(); ++i) row_[i] = fields_[positions_[i]];
    return on_row_(row_);
  }

  bool has_header() const { return header_size_ > 0; }

 private:
  const std::initializer_list<std::string_view> columns_;
  const RowCallback on_row_;
  size_t header_size_ = 0;
  std::vector<size_t> positions_;
  std::vector<std::string> fields_;
  Row row_;
};

absl::Status ReadStream(const std::string& name, std::istream& in, std::initializer_list<std::string_view> columns,
                        RowCallback on_row) {
  Table table(columns, on_row);
  std::string line;
  for (size_t number = 1; std::getline(in, line); ++number) {
    std::string_view text = line;
    if (number == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    if (absl::Status status = table.TakeLine(text); !status.ok()) {
      return absl::Status(status.code(), absl::StrCat(name, ":", number, ": ", status.message()));
    }
  }
  if (in.bad()) return absl::DataLossError(absl::StrCat(name, ": reading stopped half-way"));
  if (!table.has_header()) return absl::InvalidArgumentError(absl::StrCat(name, ":1: no header line"));
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadFile(const std::filesystem::path& path, std::initializer_list<std::string_view> columns,
                      RowCallback on_row) {
  std::error_code ignored;
  std::ifstream in(path, std::ios::binary);
  if (!in.is_open() || std::filesystem::is_directory(path, ignored)) {
    return absl::NotFoundError(absl::StrCat(path.string(), ": cannot be opened for reading"));
  }
  return ReadStream(path.string(), in, columns, on_row);
}

absl::Status ReadText(std::string_view name, std::string_view text, std::initializer_list<std::string_view> columns,
                      RowCallback on_row) {
  std::istringstream in{std::string(text)};
  return ReadStream(std::string(name), in, columns, on_row);
}

}  // namespace nwd::csv
