namespace Provision.Templating;

/// <summary>How forgiving a render is.</summary>
public enum TemplateMode
{
    /// <summary>As the Scriban language: what is not defined is null.</summary>
    Compatible,

    /// <summary>
    /// Every name on a path must be defined, except left of <c>??</c>, under <c>?.</c> and as the first argument of
    /// <c>object.has_key</c> and <c>object.default</c>; unknown named arguments are errors; there is no clock, no randomness;
    /// JSON is escaped no more than it must be.
    /// </summary>
    Strict,
}
