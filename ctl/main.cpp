// SPDX-License-Identifier: GPL-2.0-or-later
// fos1ctl: what the user typed becomes one call of commands.h.
#include <CLI/CLI.hpp>
#include <QCoreApplication>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "commands.h"
#include "layout.h"

namespace {

using namespace fos1::ctl;

QString text(const std::string& value) { return QString::fromStdString(value); }

QStringList texts(const std::vector<std::string>& values) {
    QStringList list;
    for (const std::string& value : values) list << text(value);
    return list;
}

/// The values that CLI11 writes into, and the command that was chosen.
struct Typed {
    std::string socket, ns, kind, name, topic, key, crds, plugins, directory;
    OutputFormat output = OutputFormat::Table;
    std::vector<std::string> files;
    int limit = 50;
    std::function<ExitCode()> command;

    [[nodiscard]] Options options() const { return {text(socket), output, text(ns)}; }
};

const char* const kFooter =
    "The control socket is --socket, else $FOS1_SOCKET, else that of the system's daemon, of your own or of root's "
    "standalone run.\nExit status: 0 done, 1 failed, 2 wrong usage, 3 no daemon.";

void addGlobalOptions(CLI::App& app, Typed& typed) {
    static const std::map<std::string, OutputFormat> formats{
        {"table", OutputFormat::Table}, {"json", OutputFormat::Json}, {"yaml", OutputFormat::Yaml}};
    app.add_option("--socket", typed.socket, "Control socket of the daemon")->type_name("PATH");
    app.add_option("-o,--output", typed.output, "table, json or yaml")
        ->type_name("FORMAT")
        ->transform(CLI::CheckedTransformer(formats).description(""));
    app.add_option("-n,--namespace", typed.ns, "Namespace of objects; default all for lists, else \"default\"")
        ->type_name("NAME");
    app.set_version_flag("--version", "fos1ctl " FOS1_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    app.footer(kFooter);
}

/// A sub-command that runs `run`.
template <typename Run>
CLI::App* addCommand(CLI::App& parent, Typed& typed, const char* name, const char* help, Run run) {
    CLI::App* command = parent.add_subcommand(name, help);
    command->fallthrough();
    command->callback([&typed, run] { typed.command = [&typed, run] { return run(typed); }; });
    return command;
}

void addFiles(CLI::App* command, Typed& typed, bool isRequired) {
    command->add_option("-f,--filename", typed.files, "File or directory of manifests; - is stdin")
        ->type_name("FILE")
        ->required(isRequired);
}

void addResourceCommands(CLI::App& app, Typed& typed) {
    CLI::App* get = addCommand(app, typed, "get", "Show objects of a kind",
                               [](const Typed& t) { return getResources(t.options(), text(t.kind), text(t.name)); });
    get->add_option("kind", typed.kind, "Kind, plural or short name, such as ntp")->required();
    get->add_option("name", typed.name, "Name of one object");

    CLI::App* apply = addCommand(app, typed, "apply", "Create or change objects from manifests",
                                 [](const Typed& t) { return applyFiles(t.options(), texts(t.files)); });
    addFiles(apply, typed, true);

    CLI::App* diff = addCommand(app, typed, "diff", "What manifests would change, in objects and in what runs",
                                [](const Typed& t) { return diffFiles(t.options(), texts(t.files)); });
    addFiles(diff, typed, true);

    CLI::App* remove = addCommand(app, typed, "delete", "Delete an object, or those of manifests", [](const Typed& t) {
        if (!t.files.empty() && t.kind.empty()) return deleteFiles(t.options(), texts(t.files));
        if (t.files.empty() && !t.name.empty()) return deleteResource(t.options(), text(t.kind), text(t.name));
        complain(QStringLiteral("delete needs either KIND and NAME or -f FILE"));
        return ExitCode::Usage;
    });
    remove->add_option("kind", typed.kind, "Kind, plural or short name");
    remove->add_option("name", typed.name, "Name of the object");
    addFiles(remove, typed, false);

    CLI::App* validate = addCommand(app, typed, "validate", "Check manifests without a daemon", [](const Typed& t) {
        return validateFiles({texts(t.files), text(t.crds), text(t.plugins)});
    });
    addFiles(validate, typed, true);
    validate->add_option("--crds", typed.crds, "Directory of the CRDs; default the installed ones")->type_name("DIR");
    validate->add_option("--plugins", typed.plugins, "Directory of the plugins; default the installed ones")
        ->type_name("DIR");
}

void addInspectionCommands(CLI::App& app, Typed& typed) {
    addCommand(app, typed, "status", "How the host and its plugins are",
               [](const Typed& t) { return showStatus(t.options()); });

    CLI::App* plugin = app.add_subcommand("plugin", "Plugins")->require_subcommand(1)->fallthrough();
    addCommand(*plugin, typed, "list", "Every plugin, its kinds and topics",
               [](const Typed& t) { return listPlugins(t.options()); });
    CLI::App* create = addCommand(*plugin, typed, "new", "Begin a plugin of your own",
                                  [](const Typed& t) { return newPlugin(text(t.name), text(t.directory)); });
    create->add_option("id", typed.name, "Its unique name, as com.example.hello")->required();
    create->add_option("--directory", typed.directory, "Where to; default the last word of the id")->type_name("DIR");

    CLI::App* show = addCommand(*plugin, typed, "show", "Everything about one plugin",
                                [](const Typed& t) { return showPlugin(t.options(), text(t.name)); });
    show->add_option("id", typed.name, "Id of the plugin")->required();
    const std::pair<const char*, const char*> verbs[] = {{"start", "Start a plugin that was stopped, failed or rests"},
                                                         {"stop", "Stop a plugin and withdraw what it says"},
                                                         {"restart", "Stop a plugin and start it again"}};
    for (const auto& [verb, help] : verbs)
        addCommand(*plugin, typed, verb, help,
                   [verb = verb](const Typed& t) {
                       return controlPlugin(t.options(), QString::fromLatin1(verb), text(t.name));
                   })
            ->add_option("id", typed.name, "Id of the plugin")
            ->required();

    CLI::App* ntp = app.add_subcommand("ntp", "The time service")->require_subcommand(1)->fallthrough();
    CLI::App* status = addCommand(*ntp, typed, "status", "Whether the clock is right, and why",
                                  [](const Typed& t) { return showNtpStatus(t.options(), text(t.name)); });
    CLI::App* sources = addCommand(*ntp, typed, "sources", "The time sources",
                                   [](const Typed& t) { return showNtpSources(t.options(), text(t.name)); });
    for (CLI::App* command : {status, sources}) command->add_option("name", typed.name, "Name of one NTPService");

    addCommand(*ntp, typed, "why", "Why each time source is used or not", [](const Typed& t) {
        return explainNtpSources(t.options(), text(t.name));
    })->add_option("source", typed.name, "Name or address of one source, for all about it");

    CLI::App* firewall = app.add_subcommand("firewall", "NTP and the firewall")->require_subcommand(1)->fallthrough();
    addCommand(*firewall, typed, "show", "What is let in and dropped in each VLAN", [](const Typed& t) {
        return showFirewall(t.options(), text(t.name));
    })->add_option("vlan", typed.name, "Name of one VLAN");
    addCommand(*firewall, typed, "remove", "Delete the table that a stopped plugin or host left",
               [](const Typed& t) { return removeFirewall(t.options()); });

    CLI::App* topic = app.add_subcommand("topic", "The state bus")->require_subcommand(1)->fallthrough();
    CLI::App* get = addCommand(*topic, typed, "get", "What is published",
                               [](const Typed& t) { return getTopic(t.options(), text(t.topic), text(t.key)); });
    get->add_option("topic", typed.topic, "Such as time.sync/v1; default a list of all");
    get->add_option("key", typed.key, "Key of one value");

    CLI::App* events = addCommand(app, typed, "events", "What happened, the latest last",
                                  [](const Typed& t) { return listEvents(t.options(), t.limit); });
    events->add_option("--limit", typed.limit, "How many at most")->check(CLI::Range(1, 100000))->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
    const QCoreApplication application(argc, argv);
    CLI::App app("Shows and changes the services of a fos1-hostd.", "fos1ctl");
    Typed typed;
    addGlobalOptions(app, typed);
    addInspectionCommands(app, typed);
    addResourceCommands(app, typed);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::Usage);
    }
    return static_cast<int>(typed.command());
}
