using Provision.Templating.Runtime;

namespace Provision.Templating.Syntax;

/// <summary><c>target.name</c> and <c>target?.name</c>.</summary>
internal sealed class MemberExpression(SourceText source, int start, int end, Expression target, string name, int nameStart, bool isNullSafe)
    : Expression(source, start, end), IAssignable
{
    internal Expression Target { get; } = target;

    internal string Name { get; } = name;

    internal override bool IsPath => Target.IsPath;

    /// <summary>True when a null here ends the chain without an error.</summary>
    internal bool StopsAtNull => isNullSafe || Target is MemberExpression { StopsAtNull: true };

    private Location NameLocation => Source.LocationOf(nameStart);

    internal override object? Evaluate(TemplateContext context) => Call(context, Read(context, lenient: false));

    internal override object? EvaluateLenient(TemplateContext context) => Call(context, Read(context, lenient: true));

    internal override object? EvaluateFunction(TemplateContext context) => Read(context, lenient: false);

    public void Assign(TemplateContext context, object? value, Origin? origin)
    {
        var target = Target.Evaluate(context) ?? throw NullTarget(context);
        if (target is Builtins.DateObject && Name == "format" && !context.IsStrict)
        {
            context.DateFormatPattern = context.ObjectToString(value);
            return;
        }

        var model = target as IScriptObject ?? (target as ScriptArray)?.Members;
        if (model is null || !model.CanWrite(Name))
        {
            throw context.Error(NameLocation, model is null
                ? $"a member of \"{Target.ShortText}\" cannot be set: it is {TypeNames.Of(target)}"
                : $"the member \"{ShortText}\" is read-only");
        }

        model.SetValue(Name, value);
        context.RecordAssignment(model, Name, origin, Target);
    }

    private object? Call(TemplateContext context, object? value) =>
        value is IScriptCustomFunction function ? context.CallWithoutArguments(function, this) : value;

    private object? Read(TemplateContext context, bool lenient)
    {
        var recorder = context.Recorder;
        var mark = recorder?.Mark ?? 0;
        var target = lenient || isNullSafe ? Target.EvaluateLenient(context) : Target.Evaluate(context);
        if (target is null)
        {
            recorder?.ReadNothing();
            if (StopsAtNull || (context.IsStrict ? lenient : context.EnableRelaxedTargetAccess))
            {
                return null;
            }

            throw NullTarget(context);
        }

        var path = recorder is not null && Target.IsPath ? recorder.LastPath : null;
        if (!Members.TryGet(target, Name, out var value))
        {
            recorder?.ReadNothing();
            return Missing(context, target, lenient);
        }

        recorder?.ReadMemberOf(target, Target.IsPath, path, mark, Name, value);
        return target is Builtins.DateObject && Name == "format" ? context.DateFormatPattern : value;
    }

    private object? Missing(TemplateContext context, object target, bool lenient)
    {
        if (Name is "empty?" or "blank?")
        {
            return Name == "blank?" && target is string text ? Boxes.Of(string.IsNullOrWhiteSpace(text)) : Members.IsEmpty(target);
        }

        var forgiven = context.IsStrict ? lenient || isNullSafe || target is LoopState : context.EnableRelaxedMemberAccess;
        return forgiven
            ? null
            : throw context.Error(NameLocation, $"\"{Target.ShortText}\" has no member \"{Name}\"", NearestName.Hint(Name, Members.NamesOf(target)));
    }

    private ScriptRuntimeException NullTarget(TemplateContext context) =>
        context.Error(NameLocation, $"cannot read \"{Name}\" of \"{Target.ShortText}\": it is null", context.MeantBy(Target));
}

/// <summary><c>target[index]</c>.</summary>
internal sealed class IndexExpression(SourceText source, int start, int end, Expression target, Expression index)
    : Expression(source, start, end), IAssignable
{
    internal Expression Target => target;

    internal override bool IsPath => target.IsPath;

    internal override object? Evaluate(TemplateContext context) => Call(context, Read(context, lenient: false));

    internal override object? EvaluateLenient(TemplateContext context) => Call(context, Read(context, lenient: true));

    internal override object? EvaluateFunction(TemplateContext context) => Read(context, lenient: false);

    public void Assign(TemplateContext context, object? value, Origin? origin)
    {
        var into = target.Evaluate(context) ?? throw NullTarget(context);
        var at = index.Evaluate(context) ?? throw NullIndex(context);
        if (into is ScriptArray array && Conversion.TryInteger(at, out var position))
        {
            AssignItem(context, array, position, value);
            context.RecordAssignment(array, position.ToString(System.Globalization.CultureInfo.InvariantCulture), origin, target);
            return;
        }

        var name = context.ObjectToString(at);
        var model = into as IScriptObject ?? (into as ScriptArray)?.Members;
        if (model is null || !model.CanWrite(name))
        {
            throw context.Error(index, model is null
                ? $"an item of \"{target.ShortText}\" cannot be set: it is {TypeNames.Of(into)}"
                : $"the member \"{name}\" of \"{target.ShortText}\" is read-only");
        }

        model.SetValue(name, value);
        context.RecordAssignment(model, name, origin, target);
    }

    private void AssignItem(TemplateContext context, ScriptArray array, long position, object? value)
    {
        if (array.IsReadOnly)
        {
            throw context.Error(index, $"\"{target.ShortText}\" is read-only");
        }

        var at = position < 0 ? position + array.Count : position;
        if (at < 0)
        {
            throw context.Error(index, $"index {position} is before the start of \"{target.ShortText}\", which has {array.Count} items");
        }

        while (array.Count <= at)
        {
            context.CountInternalStep(index);
            array.Add(null);
        }

        array[(int)at] = value;
    }

    private object? Call(TemplateContext context, object? value) =>
        value is IScriptCustomFunction function ? context.CallWithoutArguments(function, this) : value;

    private object? Read(TemplateContext context, bool lenient)
    {
        var recorder = context.Recorder;
        var mark = recorder?.Mark ?? 0;
        var from = lenient ? target.EvaluateLenient(context) : target.Evaluate(context);
        var path = recorder is not null && target.IsPath ? recorder.LastPath : null;
        if (from is null)
        {
            recorder?.ReadNothing();
            return target is MemberExpression { StopsAtNull: true } || (context.IsStrict ? lenient : context.EnableRelaxedTargetAccess)
                ? null
                : throw NullTarget(context);
        }

        var indexMark = recorder?.Mark ?? 0;
        var at = index.Evaluate(context);
        if (at is null)
        {
            recorder?.ReadNothing();
            return context.EnableNullIndexer && !context.IsStrict ? null : throw NullIndex(context);
        }

        if (Members.IsList(from) && Conversion.TryInteger(at, out var position))
        {
            if (Members.TryGetItem(from, position, out var item))
            {
                recorder?.ReadItemOf(from, target.IsPath, path, mark, indexMark, position, item);
                return item;
            }

            recorder?.ReadNothing();
            var forgiven = from is not string && (context.IsStrict ? lenient : context.EnableRelaxedIndexerAccess);
            return forgiven
                ? null
                : throw context.Error(this, $"index {position} is outside \"{target.ShortText}\", which has {TypeNames.Size(from)}");
        }

        if (at is ScriptRange)
        {
            throw context.Error(index, $"a range cannot be an index of \"{target.ShortText}\"");
        }

        var name = context.ObjectToString(at);
        if (Members.TryGet(from, name, out var value) && !(from is string or System.Collections.IList && name == "size"))
        {
            recorder?.ReadMemberOf(from, target.IsPath, path, mark, name, value);
            return value;
        }

        recorder?.ReadNothing();
        var lenientMember = context.IsStrict ? lenient : context.EnableRelaxedMemberAccess;
        return lenientMember
            ? null
            : throw context.Error(index, $"\"{target.ShortText}\" has no member \"{name}\"", NearestName.Hint(name, Members.NamesOf(from)));
    }

    private ScriptRuntimeException NullTarget(TemplateContext context) =>
        context.Error(this, $"cannot read an item of \"{target.ShortText}\": it is null", context.MeantBy(target));

    private ScriptRuntimeException NullIndex(TemplateContext context) =>
        context.Error(index, $"the index of \"{target.ShortText}\" is null");
}
