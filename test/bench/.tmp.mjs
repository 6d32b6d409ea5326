import { Webhook } from 'standardwebhooks';
const { verifySignature } = await import('/work/main/src/webhooks/verify.ts');
const { readClaim } = await import('/work/main/src/webhooks/claim.ts');
const { Received } = await import('/work/main/src/webhooks/delivery.ts');
const { signedContent } = await import('/work/main/src/webhooks/signed-content.ts');
const { matchesSignature } = await import('/work/main/src/webhooks/signature.ts');
const { standardWebhooks:sch } = await import('/work/main/src/webhooks/standard-webhooks.ts');
const obj={id:'evt_1',object:'event',type:'a.b',created:1790000000,data:{object:{}}};for(let i=0;JSON.stringify(obj).length<1480;i++)obj.data.object['field_'+i]=i%3?'value '+i:i;
const body = Buffer.from(JSON.stringify(obj));
const secret='whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const now=Math.floor(Date.now()/1000);
const lib=new Webhook(secret);
const headers={host:'localhost','content-type':'application/json','user-agent':'bench','content-length':'1501','webhook-id':'msg_1','webhook-timestamp':String(now),'webhook-signature':lib.sign('msg_1',new Date(now*1000),body)};
const secrets=[{name:'A',value:secret}];
function cpu(f,n){const a=process.cpuUsage();for(let i=0;i<n;i++)f();const b=process.cpuUsage(a);return (b.user+b.system)/n}
const d={headers,body};
const claim=readClaim(sch,d);
const content=signedContent(sch,claim,d);
for(let r=0;r<6;r++){const o=cpu(()=>verifySignature(sch,{headers,body},{secrets,nowMs:now*1000}),40000),p=cpu(()=>lib.verify(body,headers),20000),p2=cpu(()=>lib.verify(body,headers,{jsonParse:false}),20000);console.log('verify',o.toFixed(2),'lib',p.toFixed(2),p2.toFixed(2),(o/p).toFixed(3),(o/p2).toFixed(3),
'claim',cpu(()=>readClaim(sch,d,new Received(d)),50000).toFixed(2),
'match1',cpu(()=>matchesSignature(sch.signatures[1],claim.signatures[0].candidates,{secret},content),50000).toFixed(2));}
