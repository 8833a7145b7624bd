// SPDX-License-Identifier: Apache-2.0
// liuhen: checks, prints, enrols and opens evidence.
#include "tools/liuhen/commands.hpp"

#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace liuhen::cli {

int failure(const core::Error& error) {
    fmt::print(stderr, "liuhen: {}\n", error.message);
    return kCannotTell;
}

namespace {

void addAssignmentOptions(CLI::App& app, AssignmentOptions& options) {
    app.add_option("--dock", options.dock, "the folder of the dock that signs")->required();
    app.add_option("--device", options.device, "the recorder's name")->required();
    app.add_option("--number", options.number, "the assignment's number")->required();
    app.add_option("--from", options.from, "begin, as 2026-11-24T08:00 (+08:00)")->required();
    app.add_option("--to", options.until, "end")->required();
    app.add_option("--wearer", options.wearer, "who wears the recorder");
    app.add_option("--place", options.place, "where");
    app.add_option("--with", options.with, "who goes with them, as often as needed");
    app.add_option("--matter", options.matters, "a matter to record, as often as needed");
    app.add_option("--out", options.out, "the new file")->required();
}

/// `enroll approver` and `dismiss`.
class ApproverCommands {
public:
    ApproverCommands(CLI::App& app, CLI::App& enroll) {
        appoint_ = enroll.add_subcommand("approver",
                                         "sign who may approve what, for 'liuhen-dock appoint'");
        appoint_->add_option("--page", options_.page, "the file that the dock's page made")
            ->required();
        appoint_
            ->add_option("--power",
                         options_.powers,
                         "copy, emergency, hold, inspect, paper, retention or view; as often as "
                         "needed")
            ->required();
        appoint_->add_option("--from", options_.from, "begin, as 2026-11-24T08:00 (+08:00)")
            ->required();
        appoint_->add_option("--to", options_.until, "end")->required();
        dismiss_ = app.add_subcommand("dismiss", "sign that somebody may approve nothing any more");
        dismiss_->add_option("--person", options_.person, "the person, 64 hex digits")->required();
        dismiss_->add_option(
            "--credential", options_.credential, "one of their keys, base64url (default: all)");
        dismiss_->add_option("--at", options_.at, "since when (default: now)");
        for (CLI::App* sub : {appoint_, dismiss_}) {
            sub->add_option("--agency", options_.agency, "the agency's folder")->required();
            sub->add_option("--vault", options_.vault, "the vault's origin, such as dock-01-vault")
                ->required();
            sub->add_option("--out", options_.out, "the new file")->required();
        }
    }
    /// The exit code, if one of them was called.
    std::optional<core::Result<int>> run(core::Files& files) const {
        if (appoint_->parsed()) {
            return enrollApprover(files, options_);
        }
        return dismiss_->parsed() ? std::optional(dismiss(files, options_)) : std::nullopt;
    }

private:
    ApproverOptions options_;
    CLI::App* appoint_ = nullptr;
    CLI::App* dismiss_ = nullptr;
};

/// `witness` and what it can be told.
class WitnessCommands {
public:
    explicit WitnessCommands(CLI::App& app) {
        CLI::App* all = app.add_subcommand(
            "witness", "an independent witness of custody logs: remembers and cosigns checkpoints");
        all->require_subcommand(1);
        init_ = all->add_subcommand("init", "make a witness: key, configuration, empty memory");
        init_->add_option("--dir", options_.folder, "its folder")->required();
        init_->add_option("--name", options_.name, "its name, such as witness.example/w1")
            ->required();
        init_
            ->add_option("--log",
                         options_.logs,
                         "file with a log's key (keys/checkpoint.vkey of a dock), as often as "
                         "needed")
            ->required();
        run_ = all->add_subcommand("run", "answer docks over HTTP until SIGTERM");
        sign_ = all->add_subcommand(
            "sign", "answer a request from a file: 0 cosigned, 1 refused, 2 cannot tell");
        for (CLI::App* sub : {run_, sign_}) {
            sub->add_option("--config", options_.config, "configuration file (TOML)")->required();
        }
        sign_->add_option("request", options_.request, "the file from 'liuhen-dock witness'")
            ->required();
    }
    /// The exit code, if one of them was called.
    std::optional<core::Result<int>> run(core::Files& files) const {
        if (init_->parsed()) {
            return witnessInit(files, options_);
        }
        if (run_->parsed()) {
            return witnessRun(files, options_);
        }
        return sign_->parsed() ? std::optional(witnessSign(files, options_)) : std::nullopt;
    }

private:
    WitnessOptions options_;
    CLI::App* init_ = nullptr;
    CLI::App* run_ = nullptr;
    CLI::App* sign_ = nullptr;
};

int start(int argc, char** argv) {
    CLI::App app("liuhen: checks, prints, enrols and opens evidence");
    app.require_subcommand(1);
    app.set_version_flag("--version", "0.1.0");

    VerifyOptions verifyOptions;
    CLI::App* verifyApp = app.add_subcommand(
        "verify", "check a recorder, a card or a vault: 0 intact, 1 anything else, 2 cannot tell");
    verifyApp->add_option("path", verifyOptions.path, "the folder to check")->required();
    verifyApp->add_option("--trust",
                          verifyOptions.trust,
                          "the agency's root certificate (default: found beside PATH)");
    verifyApp->add_option("--checkpoint",
                          verifyOptions.checkpoint,
                          "a checkpoint from elsewhere that the vault's log must contain");
    verifyApp->add_flag("--json", verifyOptions.json, "answer for machines");

    LedgerOptions ledgerOptions;
    CLI::App* ledgerApp =
        app.add_subcommand("ledger", "print the entries of a recorder, a card or a ledger file");
    ledgerApp->add_option("path", ledgerOptions.path, "a folder or a .cbor file")->required();
    ledgerApp->add_flag("--json", ledgerOptions.json, "one JSON object a line");
    CLI::Option* shift = ledgerApp->add_flag(
        "--shift", ledgerOptions.shift, "each hour of a shift: recorded, idle, off, missing");
    ledgerApp
        ->add_option("--from",
                     ledgerOptions.from,
                     "the shift's begin, as 2026-11-24T08:00 (default: of each assignment)")
        ->needs(shift);
    ledgerApp->add_option("--to", ledgerOptions.until, "the shift's end")->needs(shift);
    ledgerApp->add_flag("--utc", ledgerOptions.utc, "times in UTC, not +08:00")->needs(shift);

    EnrollOptions enrollOptions;
    CLI::App* enrollApp = app.add_subcommand(
        "enroll", "make an agency, certify recorders and docks, register a generation");
    enrollApp->require_subcommand(1);
    CLI::App* agencyApp = enrollApp->add_subcommand(
        "agency", "make a new agency: root key, evidence and escrow keys");
    CLI::App* recorderApp =
        enrollApp->add_subcommand("recorder", "make a recorder's keys and certify them");
    CLI::App* genesisApp = enrollApp->add_subcommand(
        "genesis", "register the newest generation of a recorder's ledger");
    CLI::App* dockApp =
        enrollApp->add_subcommand("dock", "make the keys of a dock and its vault and certify them");
    CLI::App* webApp =
        enrollApp->add_subcommand("web", "make the key of a dock's page and certify it");
    for (CLI::App* sub : {agencyApp, recorderApp, genesisApp, dockApp, webApp}) {
        sub->add_option("--agency", enrollOptions.agency, "the agency's folder")->required();
    }
    for (CLI::App* sub : {recorderApp, genesisApp}) {
        sub->add_option(
               "--recorder", enrollOptions.recorder, "the recorder's folder (card/ and keystore/)")
            ->required();
    }
    for (CLI::App* sub : {dockApp, webApp}) {
        sub->add_option("--dock", enrollOptions.dock, "the dock's folder")->required();
    }
    webApp->add_option("--name", enrollOptions.name, "its host name, such as dock.example")
        ->required();
    agencyApp->add_option("--name", enrollOptions.name, "the agency's name")->required();
    recorderApp->add_option("--device", enrollOptions.name, "the device's name, such as LH-000001")
        ->required();
    dockApp->add_option("--name", enrollOptions.name, "the dock's name, such as dock-01")
        ->required();

    AssignmentOptions assignmentOptions;
    CLI::App* assignmentApp =
        enrollApp->add_subcommand("assignment", "sign who wears a recorder, until when");
    addAssignmentOptions(*assignmentApp, assignmentOptions);

    OpenOptions openOptions;
    CLI::App* openApp = app.add_subcommand(
        "open", "decrypt segments, names and places, for who holds the evidence key");
    openApp->add_option("path", openOptions.path, "a recorder, a card, a vault or a segment file")
        ->required();
    openApp->add_option("--key", openOptions.key, "the evidence or escrow key (PEM)")->required();
    openApp->add_option("--out", openOptions.out, "folder for the clear files")->required();

    const WitnessCommands witnessCommands(app);
    const ApproverCommands approverCommands(app, *enrollApp);

    CLI::App* benchApp = app.add_subcommand(
        "bench",
        "figures beside their peers: [recorder|whole|osd|proof|verify|ingest] [--json] [--rounds "
        "N]");
    benchApp->prefix_command();
    benchApp->set_help_flag();  // liuhen-bench has its own

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : kCannotTell;
    }
    const auto files = core::systemFiles();
    core::Result<int> code = kCannotTell;
    if (verifyApp->parsed()) {
        code = verify(*files, verifyOptions);
    } else if (ledgerApp->parsed()) {
        code = ledgerOptions.shift ? printShift(*files, ledgerOptions)
                                   : printLedger(*files, ledgerOptions);
    } else if (agencyApp->parsed()) {
        code = enrollAgency(*files, enrollOptions);
    } else if (recorderApp->parsed()) {
        code = enrollRecorder(*files, enrollOptions);
    } else if (genesisApp->parsed()) {
        code = enrollGenesis(*files, enrollOptions);
    } else if (dockApp->parsed()) {
        code = enrollDock(*files, enrollOptions);
    } else if (webApp->parsed()) {
        code = enrollWeb(*files, enrollOptions);
    } else if (assignmentApp->parsed()) {
        code = enrollAssignment(*files, assignmentOptions);
    } else if (openApp->parsed()) {
        code = openFootage(*files, openOptions);
    } else if (auto appointed = approverCommands.run(*files)) {
        code = *std::move(appointed);
    } else if (benchApp->parsed()) {
        code = bench(benchApp->remaining());
    } else if (auto witnessed = witnessCommands.run(*files)) {
        code = *std::move(witnessed);
    }
    return code ? *code : failure(code.error());
}

}  // namespace

}  // namespace liuhen::cli

int main(int argc, char** argv) {
    try {
        return liuhen::cli::start(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "liuhen: unexpected: %s\n", error.what());
        return liuhen::cli::kCannotTell;
    }
}
