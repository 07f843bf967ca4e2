using Provision.Templating.Builtins;

namespace Provision.Templating;

/// <summary>
/// The state of rendering: the models a template sees, the settings and limits, and what is kept between renders to make the
/// next one cheap. Not thread safe: use one for each thread.
/// </summary>
public sealed partial class TemplateContext
{
    /// <summary>A context with the built-in functions and the settings of the mode.</summary>
    /// <param name="mode">How forgiving renders are.</param>
    public TemplateContext(TemplateMode mode = TemplateMode.Compatible)
    {
        Mode = mode;
        builtins = mode == TemplateMode.Strict ? BuiltinObjects.Strict : BuiltinObjects.All;
        LoopLimit = mode == TemplateMode.Strict ? 1_000_000 : 1000;
        PushObject(builtins, "");
        PushObject(own, "");
        frame = RentFrame();
    }

    /// <summary>How forgiving renders are.</summary>
    public TemplateMode Mode { get; }

    /// <summary>Steps that all loops inside one outermost loop, or one function, may take together; more is an error. 0: no limit. Default 1000; 1,000,000 in strict mode.</summary>
    public int LoopLimit { get; set; }

    /// <summary>How deep functions and includes may call each other; more is an error. 0: only the stack of the thread bounds it. Default 100.</summary>
    public int RecursiveLimit { get; set; } = 100;

    /// <summary>How deep objects and arrays may nest when printed, compared or turned into JSON; more is an error. Default 20.</summary>
    public int ObjectRecursionLimit { get; set; } = 20;

    /// <summary>UTF-16 units that one string made by an operator or function may have; more is an error. 0: no limit. Default 1,048,576; nothing is ever cut.</summary>
    public int LimitToString { get; set; } = 1 << 20;

    /// <summary>UTF-16 units that a whole output may have; more is an error. 0: no limit. Default 67,108,864.</summary>
    public int OutputLimit { get; set; } = 1 << 26;

    /// <summary>How long one regular expression may run. Default 10 seconds.</summary>
    public TimeSpan RegexTimeOut { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Looked at in every loop step and call; when it is cancelled the render throws <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Finds the templates of <c>include</c>; null makes <c>include</c> an error.</summary>
    public ITemplateLoader? TemplateLoader { get; set; }

    /// <summary>How included texts are parsed, where the loader gives text.</summary>
    public ParserOptions ParserOptions { get; set; } = ParserOptions.Default;

    /// <summary>Repeats the indent of a code section that stands alone at the start of a line before each further line it writes. Default true.</summary>
    public bool AutoIndent { get; set; } = true;

    /// <summary>Gives empty lines the indent too. Default true.</summary>
    public bool IndentOnEmptyLines { get; set; } = true;

    /// <summary>The line end that built-in statements write. Default <c>\n</c>.</summary>
    public string NewLine { get; set; } = "\n";

    /// <summary>Compatible mode: the first name of a path must be defined. Strict mode checks more in any case.</summary>
    public bool StrictVariables { get; set; }

    /// <summary>Compatible mode: a missing member is null. Default true.</summary>
    public bool EnableRelaxedMemberAccess { get; set; } = true;

    /// <summary>Compatible mode: an index outside a list is null. Default true.</summary>
    public bool EnableRelaxedIndexerAccess { get; set; } = true;

    /// <summary>Compatible mode: a member or item of null is null. Default false.</summary>
    public bool EnableRelaxedTargetAccess { get; set; }

    /// <summary>Compatible mode: a call of an undefined function is null. Default false.</summary>
    public bool EnableRelaxedFunctionAccess { get; set; }

    /// <summary>Compatible mode: an item at index null is null. Default false.</summary>
    public bool EnableNullIndexer { get; set; }

    /// <summary>Makes the use of a function without <c>ret</c> inside an expression an error. Default false.</summary>
    public bool ErrorForStatementFunctionAsExpression { get; set; }

    /// <summary>Writes errors of single statements into the output, between brackets, and goes on. Default false: errors are thrown.</summary>
    public bool RenderRuntimeExceptions { get; set; }

    /// <summary>Set to record what each piece of output was made from; null, the default, records nothing.</summary>
    public SourceMap? SourceMap { get; set; }

    /// <summary>The strict mode, in short.</summary>
    internal bool IsStrict => Mode == TemplateMode.Strict;

    /// <summary>
    /// Forgets pushed globals, variables and included texts, so that the context can be used for another model. Settings, the
    /// loader and memory stay.
    /// </summary>
    public void Reset()
    {
        ResetRender();
        own = [];
        layerCount = 0;
        PushObject(builtins, "");
        PushObject(own, "");
        cachedTemplates?.Clear();
        cycles?.Clear();
        frame.Clear();
    }

    /// <summary>Puts back what an exception left in the middle of a render.</summary>
    private void ResetRender()
    {
        while (frames.Count > 0)
        {
            ReturnFrame(frame);
            frame = frames.Pop();
        }

        frame.Clear();
        includes.Clear();
        chain = null;
        argumentTop = 0;
        loopDepth = 0;
        loopSteps = 0;
        callDepth = 0;
        indent = null;
        suppressOutput = false;
        ReturnValue = null;
    }
}
