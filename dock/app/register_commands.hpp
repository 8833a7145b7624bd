// SPDX-License-Identifier: Apache-2.0
// What the commands of the register do; each answers the program's exit code: 0 entered, 1 refused
// with a sentence on standard error.
#pragma once

#include "dock/app/config.hpp"

#include <string>
#include <vector>

namespace liuhen::dock {

/// As the command line gave them; people are named by their work numbers.
struct RegisterOptions {
    std::string device;
    std::string number;
    std::string wearer;
    std::vector<std::string> companions;
    std::vector<std::string> matters;
    std::string place;
    std::string from;
    std::string until;
    std::string at;
    std::string by;
    std::string second;
    std::string to;
    std::string note;
    std::string reason;
    std::string unit;
    std::string name;
    std::string workNumber;
    std::string person;
    std::string licence;
    std::string model;
    std::string asset;
    std::string file;
    std::string version;
    bool damaged = false;
    bool closed = false;
    bool onlyOverdue = false;
    bool csv = false;
    bool json = false;
};

[[nodiscard]] core::Result<int> handOut(const Config& config, const RegisterOptions& options);
[[nodiscard]] core::Result<int> takeBack(const Config& config, const RegisterOptions& options);
[[nodiscard]] core::Result<int> noteHandover(const Config& config, const RegisterOptions& options);
[[nodiscard]] core::Result<int> confirmHandover(const Config& config,
                                                const RegisterOptions& options);
[[nodiscard]] core::Result<int> reportLost(const Config& config, const RegisterOptions& options);
[[nodiscard]] core::Result<int> reportFound(const Config& config, const RegisterOptions& options);
/// Prints the custody book as it stood at `at`.
[[nodiscard]] core::Result<int> printBook(const Config& config, const RegisterOptions& options);

[[nodiscard]] core::Result<int> enterUnit(const Config& config, const RegisterOptions& options);
/// Without a person, who has this work number already is changed, else one is drawn.
[[nodiscard]] core::Result<int> enterOfficer(const Config& config, const RegisterOptions& options);
[[nodiscard]] core::Result<int> enterDevice(const Config& config, const RegisterOptions& options);
[[nodiscard]] core::Result<int> enterEnrolment(const Config& config,
                                               const RegisterOptions& options);
/// Problems of the file are printed row by row; nothing is entered then.
[[nodiscard]] core::Result<int> importMatters(const Config& config, const RegisterOptions& options);
/// Prints recorders, officers, units and the list in force.
[[nodiscard]] core::Result<int> printRegister(const Config& config, const RegisterOptions& options);

}  // namespace liuhen::dock
