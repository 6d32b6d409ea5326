/** Words that carry no subject of their own. */
export const STOP_WORDS: readonly string[] = `
a about above after again all also am an and any are as at be because been before being below between both but by can could did do does
doing done down during each either else for from further get gets got had has have having he her here hers him his how i if in into is it
its itself just let lets like me might more most much must my myself no nor not now of off on once only or other our ours out over own
please same shall she should so some such than that the their theirs them then there these they this those through to too under until up
upon us very was we were what when where whether which while who whom whose why will with within without would you your yours
dont doesnt didnt isnt arent wasnt cant cannot couldnt wont shouldnt im ive id youre youve its weve were theyre thats whats theres lets`
  .trim()
  .split(/\s+/);

/** Irregular forms, which no suffix rule joins with their base form: base form first. */
const IRREGULAR = `
be was were been|become became|begin began begun|break broke broken|bring brought|build built|buy bought|catch caught|choose chose chosen
|come came|deal dealt|do did done|draw drew drawn|drive drove driven|eat ate eaten|fall fell fallen|feel felt|find found|fly flew flown
|forget forgot forgotten|freeze froze frozen|give gave given|go went gone|grow grew grown|have had has|hear heard|hide hid hidden|hold held
|keep kept|know knew known|lead led|leave left|lose lost|make made|mean meant|meet met|pay paid|ride rode ridden|rise rose risen
|run ran|say said|see saw seen|seek sought|sell sold|send sent|shake shook shaken|shoot shot|show shown|sing sang sung|sleep slept
|speak spoke spoken|spend spent|stand stood|steal stole stolen|swim swam swum|take took taken|teach taught|tell told|think thought
|throw threw thrown|understand understood|wake woke woken|wear wore worn|win won|write wrote written
|child children|foot feet|index indices|man men|matrix matrices|mouse mice|person people|schema schemata|tooth teeth|vertex vertices
|woman women|criterion criteria|datum data|phenomenon phenomena|analysis analyses|hypothesis hypotheses`;

/** Irregular form to base form. */
export const BASE_FORMS: ReadonlyMap<string, string> = new Map(
  IRREGULAR.split('|').flatMap((group) => {
    const [base = '', ...forms] = group.trim().split(/\s+/);
    return forms.map((form): [string, string] => [form, base]);
  }),
);
