// SPDX-License-Identifier: Apache-2.0
// liuhen-dock: takes in recorders and keeps the catalogue.
#include "dock/app/commands.hpp"
#include "dock/app/import_command.hpp"
#include "dock/app/register_cli.hpp"
#include "dock/app/retention_commands.hpp"
#include "dock/app/terminal_commands.hpp"

#include <csignal>
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace liuhen::dock {

namespace {

constexpr int kFailed = 1;
constexpr int kUnusable = 2;  // configuration, arguments: nothing was started

std::atomic<bool> stopAsked{false};

void askStop(int /*signal*/) {
    stopAsked = true;
}

int failure(const core::Error& error) {
    fmt::print(stderr, "liuhen-dock: {}\n", error.message);
    const bool usage = error.kind == core::ErrorKind::InvalidArgument ||
                       error.kind == core::ErrorKind::AlreadyExists ||
                       error.kind == core::ErrorKind::NotFound;
    return usage ? kUnusable : kFailed;
}

int start(int argc, char** argv) {
    CLI::App app("liuhen-dock: takes in recorders and keeps the catalogue");
    app.require_subcommand(1);
    app.set_version_flag("--version", "0.1.0");
    InitOptions initOptions;
    CLI::App* initApp = app.add_subcommand("init", "make folders, dock.toml and vault.toml");
    initApp->add_option("--dir", initOptions.folder, "folder that gets dock/ and vault/")
        ->required();
    initApp->add_option("--agency", initOptions.agency, "the agency's folder")->required();
    initApp
        ->add_option(
            "--recorder", initOptions.recorders, "HOST:PORT of a recorder; may be repeated")
        ->required();
    initApp->add_option("--web", initOptions.web, "the page's address, as https://localhost:8443");
    initApp->add_option("--ui", initOptions.ui, "folder of the built page")
        ->default_val("/usr/share/liuhen/ui");
    RunOptions runOptions;
    std::string configPath;
    CLI::App* runApp = app.add_subcommand(
        "run", "take in recorders; with --once 0 if all is receipted and intact, else 1");
    runApp->add_flag("--once", runOptions.once, "end when every bay has ended once");
    CLI::App* checkApp = app.add_subcommand(
        "check",
        "hold the catalogue against the vault: 0 they agree, 1 they do not, 2 cannot tell");
    CLI::App* rebuildApp = app.add_subcommand(
        "rebuild", "make the catalogue anew from the vault, with dock and vault stopped");
    std::string messagePath;
    CLI::App* appointApp = app.add_subcommand(
        "appoint", "present an appointment or a dismissal that the agency signed");
    appointApp
        ->add_option("file", messagePath, "what 'liuhen enroll approver' or 'liuhen dismiss' wrote")
        ->required();
    std::string witnessName;
    CLI::App* witnessApp =
        app.add_subcommand("witness", "exchange with a witness by file, where no network leads");
    witnessApp->require_subcommand(1);
    CLI::App* requestApp = witnessApp->add_subcommand(
        "request", "write a request to standard output, for 'liuhen witness sign'");
    CLI::App* answerApp = witnessApp->add_subcommand(
        "answer", "take its answer from standard input: 0 published, 1 not, 2 cannot tell");
    for (CLI::App* sub : {requestApp, answerApp}) {
        sub->add_option("name", witnessName, "the witness, as dock.toml names it")->required();
    }
    AccountOptions accountOptions;
    CLI::App* accountApp = app.add_subcommand("account", "administrators' accounts of the page");
    accountApp->require_subcommand(1);
    CLI::App* makeApp = accountApp->add_subcommand(
        "make", "make the first of the three administrators; prints a first password");
    makeApp->add_option("--name", accountOptions.name, "the person's name")->required();
    makeApp->add_option("--unit", accountOptions.unit, "the person's unit")->required();
    makeApp->add_option("--role", accountOptions.role, "sysadmin, secadmin or audadmin")
        ->required();
    makeApp->add_flag("--another", accountOptions.another, "although there is one of this role");
    CLI::App* resetApp = accountApp->add_subcommand(
        "reset", "a new first password for an administrator who lost password or codes");
    for (CLI::App* sub : {makeApp, resetApp}) {
        sub->add_option("--work-number", accountOptions.workNumber, "with which they log in")
            ->required();
    }
    CLI::App* routesApp =
        app.add_subcommand("routes", "print the page's routes and who may use them");
    ImportOptions importOptions;
    CLI::App* importApp = addImport(app, importOptions);
    ImportsOptions importsOptions;
    CLI::App* importsApp = addImports(app, importsOptions);
    RetentionCommands retention(app);
    TerminalCommands terminals(app);
    std::vector<CLI::App*> configured = retention.all();
    const std::vector<CLI::App*> atBays = terminals.all();
    configured.insert(configured.end(), atBays.begin(), atBays.end());
    configured.insert(configured.end(),
                      {runApp,
                       checkApp,
                       rebuildApp,
                       requestApp,
                       answerApp,
                       appointApp,
                       makeApp,
                       resetApp,
                       importApp,
                       importsApp});
    for (CLI::App* sub : configured) {
        sub->add_option("--config", configPath, "configuration file (TOML)")->required();
    }
    RegisterCli registerCli(app, configPath);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : kUnusable;
    }

    const std::unique_ptr<core::Files> files = core::systemFiles();
    core::Result<int> code = 0;
    if (initApp->parsed()) {
        code = init(*files, initOptions);
    } else if (routesApp->parsed()) {
        code = printRoutes();
    } else {
        if (!importApp->parsed()) {  // one that is broken off leaves nothing behind
            std::signal(SIGINT, askStop);
            std::signal(SIGTERM, askStop);
        }
        const auto config = loadConfig(*files, configPath);
        if (!config) {
            fmt::print(stderr, "liuhen-dock: {}\n", config.error().message);
            return kUnusable;
        }
        const auto done = registerCli.run(*config);
        code = done                   ? *done
               : runApp->parsed()     ? run(*files, *config, runOptions, stopAsked)
               : rebuildApp->parsed() ? rebuild(*files, *config)
               : appointApp->parsed() ? appoint(*files, *config, messagePath)
               : requestApp->parsed() ? witnessRequest(*files, *config, witnessName)
               : answerApp->parsed()  ? witnessAnswer(*files, *config, witnessName)
               : retention.parsed()   ? retention.run(*config)
               : terminals.parsed()   ? terminals.run(*config)
               : importApp->parsed()  ? importFiles(*files, *config, importOptions)
               : importsApp->parsed() ? listImports(*config, importsOptions)
               : makeApp->parsed()    ? accountMake(*config, accountOptions)
               : resetApp->parsed()   ? accountReset(*config, accountOptions)
                                      : check(*config);
    }
    if (!code && (checkApp->parsed() || witnessApp->parsed())) {
        fmt::print(stderr, "liuhen-dock: {}\n", code.error().message);
        return kUnusable;  // it could not be told
    }
    return code ? *code : failure(code.error());
}

}  // namespace

}  // namespace liuhen::dock

int main(int argc, char** argv) {
    try {
        return liuhen::dock::start(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "liuhen-dock: %s\n", error.what());
        return 1;
    }
}
