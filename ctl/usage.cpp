// SPDX-License-Identifier: GPL-2.0-or-later
// CLI11 reports the first rule that was broken. A word that it could not place is the better explanation, because it is
// often the reason why another one is missing.
#include "usage.h"

#include <QStringList>

#include "closest_word.h"

namespace fos1::ctl {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

/// The innermost subcommand that was recognized.
const CLI::App& innermost(const CLI::App& app) {
    const CLI::App* at = &app;
    while (!at->get_subcommands().empty()) at = at->get_subcommands().back();
    return *at;
}

std::vector<const CLI::App*> subcommands(const CLI::App& parent) {
    return parent.get_subcommands([](const CLI::App* each) { return !each->get_name().empty(); });
}

std::vector<QString> subcommandNames(const CLI::App& parent) {
    std::vector<QString> names;
    for (const CLI::App* each : subcommands(parent)) names.push_back(text(each->get_name()));
    return names;
}

/// Of `app` and of what encloses it.
std::vector<QString> optionNames(const CLI::App& app) {
    std::vector<QString> names;
    for (const CLI::App* at = &app; at; at = at->get_parent())
        for (const CLI::Option* option : at->get_options())
            for (const std::string& name : option->get_lnames()) names.push_back(QStringLiteral("--") + text(name));
    return names;
}

QString unplaced(const CLI::App& command, const QString& word) {
    if (word.startsWith(u'-')) {
        const QString name = word.section(u'=', 0, 0);
        return QStringLiteral("%1 has no option \"%2\"%3")
            .arg(fullName(command), name, schema::suggestion(name, optionNames(command)));
    }
    if (!subcommands(command).empty()) return noSubcommand(command, word);
    return QStringLiteral("%1: unexpected argument \"%2\"").arg(fullName(command), word);
}

/// The name under which the user gives it: "KIND", or "-f/--filename FILE".
QString optionText(const CLI::Option& option) {
    if (option.get_lnames().empty() && option.get_snames().empty()) return text(option.get_name()).toUpper();
    QStringList names;
    for (const std::string& name : option.get_snames()) names << u'-' + text(name);
    for (const std::string& name : option.get_lnames()) names << QStringLiteral("--") + text(name);
    return names.join(u'/') + u' ' + text(option.get_type_name());
}

QString missing(const CLI::App& command) {
    if (command.get_require_subcommand_min() > 0 && command.get_subcommands().empty()) {
        const std::vector<QString> names = subcommandNames(command);
        return QStringLiteral("%1 needs a subcommand: %2")
            .arg(fullName(command), QStringList(names.begin(), names.end()).join(QStringLiteral(", ")));
    }
    QStringList names;
    for (const CLI::Option* option : command.get_options())
        if (option->get_required() && option->count() == 0) names << optionText(*option);
    return QStringLiteral("%1 needs %2").arg(fullName(command), names.join(QStringLiteral(" and ")));
}

}  // namespace

QString fullName(const CLI::App& app) {
    const QString own = text(app.get_name());
    return app.get_parent() ? fullName(*app.get_parent()) + u' ' + own : own;
}

QString noSubcommand(const CLI::App& parent, const QString& word) {
    return QStringLiteral("%1 has no subcommand \"%2\"%3")
        .arg(fullName(parent), word, schema::suggestion(word, subcommandNames(parent)));
}

QString explanation(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App& command = innermost(app);
    const QString hint = QStringLiteral("; `%1 --help` shows its usage").arg(fullName(command));
    if (const std::vector<std::string> words = app.remaining(true); !words.empty())
        return unplaced(command, text(words.front())) + hint;
    if (dynamic_cast<const CLI::RequiredError*>(&error)) return missing(command) + hint;
    const QString given = text(error.what());
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error))
        return QStringLiteral("%1 needs a value, exactly one if it is not a list").arg(given.section(u':', 0, 0)) +
               hint;
    return given + hint;  // of a validator below
}

CLI::Validator oneOf(const char* what, std::vector<QString> known) {
    const auto check = [what = QString::fromLatin1(what), known = std::move(known)](const std::string& given) {
        const QString word = text(given);
        if (std::find(known.begin(), known.end(), word) != known.end()) return std::string();
        return QStringLiteral("\"%1\" is not %2; use %3%4")
            .arg(word, what, QStringList(known.begin(), known.end()).join(QStringLiteral(", ")),
                 schema::suggestion(word, known))
            .toStdString();
    };
    return CLI::Validator(check, "");
}

CLI::Validator wholeNumber(int least, int most) {
    const auto check = [least, most](const std::string& given) {
        bool isNumber = false;
        const int number = text(given).toInt(&isNumber);
        if (isNumber && number >= least && number <= most) return std::string();
        return QStringLiteral("\"%1\" is not a whole number from %2 to %3")
            .arg(text(given))
            .arg(least)
            .arg(most)
            .toStdString();
    };
    return CLI::Validator(check, "");
}

}  // namespace fos1::ctl
