namespace Provision.Templating;

/// <summary>Finds the templates that <c>include</c> names.</summary>
public interface ITemplateLoader
{
    /// <summary>Turns a name into a path; equal paths are the same template and are parsed once.</summary>
    /// <param name="context">The render that asks.</param>
    /// <param name="callerLocation">The place of the <c>include</c>.</param>
    /// <param name="templateName">The name as written.</param>
    /// <returns>The path, shown in messages, or null where the name is not allowed.</returns>
    string? GetPath(TemplateContext context, Location callerLocation, string templateName);

    /// <summary>Reads the text of a template.</summary>
    /// <param name="context">The render that asks.</param>
    /// <param name="callerLocation">The place of the <c>include</c>.</param>
    /// <param name="templatePath">What <see cref="GetPath"/> gave.</param>
    /// <returns>The text, or null where there is none.</returns>
    string? Load(TemplateContext context, Location callerLocation, string templatePath);

    /// <summary>Gives a parsed template, so that many contexts can share it. By default parses what <see cref="Load"/> reads.</summary>
    /// <param name="context">The render that asks.</param>
    /// <param name="callerLocation">The place of the <c>include</c>.</param>
    /// <param name="templatePath">What <see cref="GetPath"/> gave.</param>
    /// <returns>The template, possibly with errors, or null where there is none.</returns>
    Template? LoadTemplate(TemplateContext context, Location callerLocation, string templatePath) =>
        Load(context, callerLocation, templatePath) is { } text
            ? Template.Parse(text, templatePath, context.ParserOptions)
            : null;
}
