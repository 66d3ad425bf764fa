// SPDX-License-Identifier: GPL-2.0-or-later
// fos1ctl: converts the command line into one call of commands.h.
#include <CLI/CLI.hpp>
#include <QCoreApplication>
#include <QDir>
#include <QJsonObject>
#include <functional>
#include <string>
#include <vector>

#include "commands.h"
#include "layout.h"
#include "plugin_catalog.h"
#include "revision.h"
#include "rpc_client.h"
#include "usage.h"

namespace {

using namespace fos1::ctl;

QString text(const std::string& value) { return QString::fromStdString(value); }

QString versionText() {
    return QStringLiteral("fos1ctl " FOS1_VERSION " (commit %1)").arg(QLatin1String(fos1::revision()));
}

QStringList texts(const std::vector<std::string>& values) {
    QStringList list;
    for (const std::string& value : values) list << text(value);
    return list;
}

/// The values that CLI11 writes to, and the chosen command.
struct Typed {
    std::string socket, ns, kind, name, topic, key, crds, plugins, directory, argument;
    std::string output = "table";
    std::vector<std::string> files, words;
    int limit = 50;
    bool removesFile = false;
    bool checks = false;
    int wait = 0;
    bool applies = false;
    std::function<ExitCode()> command;

    [[nodiscard]] Options options() const {
        const OutputFormat format = output == "json"   ? OutputFormat::Json
                                    : output == "yaml" ? OutputFormat::Yaml
                                                       : OutputFormat::Table;
        return {text(socket), format, text(ns)};
    }
};

/// For commands where nothing else can follow, so that `validate FILE` works as `validate -f FILE`.
const char* const kFiles = "-f,--filename,file";

const char* const kPluginGroup = "Subcommands of plugins";

const char* const kFooter =
    "The control socket is --socket, else $FOS1_SOCKET, else the socket of the system daemon, of your own standalone "
    "run or of root's.\nExit status: 0 success, 1 failure, 2 usage error, 3 no daemon.";

void addGlobalOptions(CLI::App& app, Typed& typed) {
    app.add_option("--socket", typed.socket, "Control socket of the daemon")->type_name("PATH");
    app.add_option("-o,--output", typed.output, "table, json or yaml")
        ->type_name("FORMAT")
        ->check(oneOf("an output format", {QStringLiteral("table"), QStringLiteral("json"), QStringLiteral("yaml")}));
    app.add_option("-n,--namespace", typed.ns, "Namespace of objects; default: all for lists, otherwise \"default\"")
        ->type_name("NAME");
    app.set_version_flag("--version", versionText().toStdString());
    app.require_subcommand(1);
    app.fallthrough();
    app.footer(kFooter);
}

/// A subcommand that runs `run`.
template <typename Run>
CLI::App* addCommand(CLI::App& parent, Typed& typed, const char* name, const char* help, Run run) {
    CLI::App* command = parent.add_subcommand(name, help);
    command->fallthrough();
    command->callback([&typed, run] { typed.command = [&typed, run] { return run(typed); }; });
    return command;
}

void addFiles(CLI::App* command, Typed& typed, const char* name, bool isRequired) {
    command->add_option(name, typed.files, "Manifest file or directory; - is stdin")
        ->type_name("FILE")
        ->required(isRequired);
}

void addResourceCommands(CLI::App& app, Typed& typed) {
    CLI::App* get = addCommand(app, typed, "get", "Show objects of a kind",
                               [](const Typed& t) { return getResources(t.options(), text(t.kind), text(t.name)); });
    get->add_option("kind", typed.kind, "Kind, plural or short name")->required();
    get->add_option("name", typed.name, "Name of one object");

    CLI::App* apply = addCommand(app, typed, "apply", "Create or change objects from manifests",
                                 [](const Typed& t) { return applyFiles(t.options(), texts(t.files)); });
    addFiles(apply, typed, kFiles, true);

    CLI::App* diff =
        addCommand(app, typed, "diff", "Show what manifests would change in objects and in running services",
                   [](const Typed& t) { return diffFiles(t.options(), texts(t.files)); });
    addFiles(diff, typed, kFiles, true);

    CLI::App* remove =
        addCommand(app, typed, "delete", "Delete one object, or the objects in manifests", [](const Typed& t) {
            const HandWrittenFile file = t.removesFile ? HandWrittenFile::Remove : HandWrittenFile::Keep;
            if (!t.files.empty() && t.kind.empty()) return deleteFiles(t.options(), texts(t.files), file);
            if (t.files.empty() && !t.name.empty())
                return deleteResource(t.options(), text(t.kind), text(t.name), file);
            complain(QStringLiteral("delete needs either KIND and NAME or -f FILE"));
            return ExitCode::Usage;
        });
    remove->add_option("kind", typed.kind, "Kind, plural or short name");
    remove->add_option("name", typed.name, "Name of the object");
    addFiles(remove, typed, "-f,--filename", false);
    remove->add_flag("--remove-file", typed.removesFile, "Also remove a manifest that was written by hand");

    CLI::App* validate = addCommand(app, typed, "validate", "Check manifests without a daemon", [](const Typed& t) {
        return validateFiles({texts(t.files), text(t.crds), text(t.plugins), t.options().output});
    });
    addFiles(validate, typed, kFiles, true);
    validate->add_option("--crds", typed.crds, "Directory of the CRDs; default: the installed ones")->type_name("DIR");
    validate->add_option("--plugins", typed.plugins, "Directory of the plugins; default: the installed ones")
        ->type_name("DIR");
}

void addInspectionCommands(CLI::App& app, Typed& typed) {
    addCommand(app, typed, "status", "Show the state of the host and its plugins", [](const Typed& t) {
        return t.checks ? checkStatus(t.options()) : showStatus(t.options());
    })->add_flag("--check", typed.checks, "Print one line; exit status 0 if everything is ready, 1 if not");

    CLI::App* plugin = app.add_subcommand("plugin", "Plugins")->require_subcommand(1)->fallthrough();
    addCommand(*plugin, typed, "list", "List the plugins with their kinds and topics",
               [](const Typed& t) { return listPlugins(t.options()); });
    CLI::App* create = addCommand(*plugin, typed, "new", "Create a plugin from the template",
                                  [](const Typed& t) { return newPlugin(text(t.name), text(t.directory)); });
    create->add_option("id", typed.name, "Its unique name, such as com.example.hello")->required();
    create->add_option("--directory", typed.directory, "Directory to create; default: the last word of the id")
        ->type_name("DIR");

    CLI::App* show = addCommand(*plugin, typed, "show", "Show everything about one plugin",
                                [](const Typed& t) { return showPlugin(t.options(), text(t.name)); });
    show->add_option("id", typed.name, "Id of the plugin")->required();
    const std::pair<const char*, const char*> verbs[] = {{"start", "Start a plugin that is stopped, failed or resting"},
                                                         {"stop", "Stop a plugin and withdraw what it published"},
                                                         {"restart", "Stop a plugin, then start it"}};
    for (const auto& [verb, help] : verbs)
        addCommand(*plugin, typed, verb, help,
                   [verb = verb](const Typed& t) {
                       return controlPlugin(t.options(), QString::fromLatin1(verb), text(t.name));
                   })
            ->add_option("id", typed.name, "Id of the plugin")
            ->required();

    CLI::App* topic = app.add_subcommand("topic", "Read the state bus")->require_subcommand(1)->fallthrough();
    CLI::App* get = addCommand(*topic, typed, "get", "Show published values",
                               [](const Typed& t) { return getTopic(t.options(), text(t.topic), text(t.key)); });
    get->add_option("topic", typed.topic, "Name of one topic; default: list all topics");
    get->add_option("key", typed.key, "Key of one value");

    CLI::App* events = addCommand(app, typed, "events", "Show events, the latest last",
                                  [](const Typed& t) { return listEvents(t.options(), t.limit); });
    events->add_option("--limit", typed.limit, "Maximum number of events")
        ->check(wholeNumber(1, 100000))
        ->capture_default_str();
}

QString inPrefix(const char* relative) {
    return QDir::cleanPath(QCoreApplication::applicationDirPath() + QStringLiteral("/../") + QLatin1String(relative));
}

/// The commands of plugins: of running plugins, from the daemon's answer, and of installed plugins.
std::vector<PluginCommand> pluginCommands(const Typed& typed) {
    const auto installed = installedCommands({inPrefix(FOS1_PLUGIN_DIR), inPrefix(FOS1_SITE_PLUGIN_DIR)});
    RpcClient client(text(typed.socket));
    const auto list = client.call(QStringLiteral("plugin.list"), {});
    return list ? merged(commandsIn(list->value(u"plugins").toArray()), installed) : installed;
}

/// Null when there is no subcommand of this name.
CLI::App* subcommand(CLI::App& parent, const std::string& name) {
    for (CLI::App* each : parent.get_subcommands([&name](const CLI::App* app) { return app->get_name() == name; }))
        return each;
    return nullptr;
}

void addProposalOptions(CLI::App* command, Typed& typed) {
    constexpr int kLongestWait = 86'400;
    command->add_option("--wait", typed.wait, "Wait until it has measured enough, for so many seconds at most")
        ->type_name("SECONDS")
        ->check(wholeNumber(1, kLongestWait));
    command->add_flag("--apply", typed.applies, "Write what it proposes into the manifest");
}

/// Adds the pages and helpers of a plugin to `parent`. A name that is already in use keeps its first owner.
void addPluginCommand(CLI::App& parent, Typed& typed, const PluginCommand& command) {
    const char* const kGroup = "Subcommands";
    for (const PageCommand& page : command.pages) {
        const std::string name = page.name.toStdString();
        if (subcommand(parent, name)) continue;
        CLI::App* added = addCommand(parent, typed, name.c_str(), page.help.toUtf8().constData(),
                                     [request = PageRequest{command.plugin, page.name, {}}](const Typed& t) {
                                         return showPage(t.options(), {request.plugin, request.page, text(t.argument),
                                                                       std::chrono::seconds(t.wait), t.applies});
                                     });
        added->group(kGroup);
        if (page.proposes) addProposalOptions(added, typed);
        if (page.argument.isEmpty()) continue;
        added->add_option(page.argument.toStdString(), typed.argument, page.argumentHelp.toStdString())
            ->required(page.isRequired);
    }
    for (const HelperCommand& helper : command.helpers) {
        const std::string name = helper.name.toStdString();
        if (subcommand(parent, name)) continue;
        const HelperRequest request{command.plugin, inPrefix(FOS1_HELPER_DIR), helper.program, helper.needsStopped};
        addCommand(parent, typed, name.c_str(), helper.help.toUtf8().constData(), [request](const Typed& t) {
            return runHelper(t.options(), request);
        })->group(kGroup);
    }
}

/// Adds them only where needed: they cost reading each plugin's file and a request to the daemon.
void addPluginCommands(CLI::App& app, Typed& typed) {
    for (const PluginCommand& command : pluginCommands(typed)) {
        const std::string name = command.name.toStdString();
        CLI::App* taken = subcommand(app, name);
        if (taken && taken->get_group() != kPluginGroup) continue;  // a subcommand of fos1ctl itself
        CLI::App* parent = taken ? taken : app.add_subcommand(name, command.help.toStdString());
        parent->require_subcommand(1)->fallthrough()->group(kPluginGroup);
        addPluginCommand(*parent, typed, command);
    }
}

/// The first word that is not an option, and the socket, found before the full parse.
std::string firstWord(int argc, char** argv, Typed& typed) {
    CLI::App app;
    app.set_help_flag();
    app.allow_extras();
    std::string ignored;
    app.add_option("--socket", typed.socket);
    app.add_option("-o,--output", ignored);
    app.add_option("-n,--namespace", ignored);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError&) {
        return {};  // the full parse reports it
    }
    for (const std::string& word : app.remaining())
        if (word.rfind('-', 0) != 0) return word;
    return {};
}

/// Help of `fos1ctl` or of the subcommand that `words` name.
ExitCode showHelp(CLI::App& app, const std::vector<std::string>& words) {
    CLI::App* shown = &app;
    for (const std::string& word : words) {
        CLI::App* next = subcommand(*shown, word);
        if (!next) {
            complain(noSubcommand(*shown, text(word)));
            return ExitCode::Usage;
        }
        shown = next;
    }
    // App::help() would show that of `help`, because it is the parsed subcommand.
    print(text(shown->get_formatter()->make_help(shown, fullName(*shown).toStdString(), CLI::AppFormatMode::Normal)));
    return ExitCode::Ok;
}

void addHelpCommands(CLI::App& app, Typed& typed) {
    addCommand(app, typed, "help", "Show this help, or that of a subcommand", [&app](const Typed& t) {
        return showHelp(app, t.words);
    })->add_option("subcommand", typed.words, "The subcommand");
    addCommand(app, typed, "version", "Show the version of fos1ctl", [](const Typed&) {
        print(versionText());
        return ExitCode::Ok;
    });
}

/// `word`: the first one that is not an option.
ExitCode run(CLI::App& app, Typed& typed, int argc, char** argv, const std::string& word) {
    if (!word.empty() && !subcommand(app, word)) {
        complain(noSubcommand(app, text(word)) + QStringLiteral("; `fos1ctl --help` lists all subcommands"));
        return ExitCode::Usage;
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked) {
        app.exit(asked);  // prints the help or the version
        return ExitCode::Ok;
    } catch (const CLI::ParseError& error) {
        complain(explanation(app, error));
        return ExitCode::Usage;
    }
    return typed.command();
}

}  // namespace

int main(int argc, char** argv) {
    const QCoreApplication application(argc, argv);
    CLI::App app("Shows and changes the services of fos1-hostd.", "fos1ctl");
    Typed typed;
    addGlobalOptions(app, typed);
    addInspectionCommands(app, typed);
    addResourceCommands(app, typed);
    addHelpCommands(app, typed);
    const std::string word = firstWord(argc, argv, typed);
    if (argc > 1 && (word.empty() || word == "help" || !subcommand(app, word))) addPluginCommands(app, typed);
    return static_cast<int>(afterOutput(run(app, typed, argc, argv, word)));
}
